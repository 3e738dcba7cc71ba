/** The command line's flag of a setting: "search.batchSize" is "--search-batch-size", "calls.maxUsd" is "--max-usd". */
export function settingFlag(name: string): string {
  const words = name.replace(/^calls\./u, "").replace(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`);
  return `--${words.replaceAll(".", "-")}`;
}
