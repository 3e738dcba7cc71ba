/** A label cut to at most `limit` characters, the last of them an ellipsis: for places that cannot grow. */
export function shorten(text: string, limit = 40): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1).toWellFormed()}…`;
}
