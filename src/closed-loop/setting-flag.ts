/** The command line's flag of a setting: "search.batchSize" is "--search-batch-size". */
export function settingFlag(name: string): string {
  const words = name.replace(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`);
  return `--${words.replaceAll(".", "-")}`;
}
