/** Texts that both sides continue: 64 of about a dozen tokens each. */
const subjects = [
  "a teacher",
  "the old sailor",
  "my neighbour",
  "a young doctor",
  "the night guard",
  "our cook",
  "a painter",
  "the last guest",
];
const deeds = [
  "walked to the market and bought",
  "wrote a long letter about",
  "could not remember the name of",
  "spent the whole morning looking for",
  "told the children a story about",
  "was surprised to find",
  "had always wanted to own",
  "explained to everyone how to repair",
];

export const prompts: readonly string[] = subjects.flatMap((subject) =>
  deeds.map((deed) => `One day ${subject} ${deed}`),
);

/** New tokens of each. */
export const newTokens = 64;
