import { expect, test } from "vitest";
import { noVotes } from "../judges/votes.ts";
import { addStatus } from "../quality-diversity/archives/archive.ts";
import { noCalls } from "../rainbow-teaming/evaluated-prompt.ts";
import { comparisonCounts, voteNotes } from "./vote-notes.ts";

const { rejected, improved, discovered } = addStatus;
const prompt = (votes: object | undefined, judge: number, status: (typeof addStatus)[keyof typeof addStatus]) => ({
  votes: votes && { ...noVotes, ...votes },
  calls: { ...noCalls, judge },
  status,
});

test("votes that could not be read are told, and comparisons without any that could", () => {
  const counts = comparisonCounts([
    prompt(undefined, 1, discovered),
    prompt({ first: 3 }, 4, improved),
    prompt({ second: 1, unparsable: 3 }, 4, rejected),
    prompt({ unparsable: 4 }, 4, rejected),
  ]);
  expect(counts).toMatchObject({ comparisons: 3, votes: 11, unreadVotes: 7, unread: 1 });
  expect(voteNotes(counts, "asked")).toEqual([
    expect.stringMatching(/^7 of the judge's 11 votes on pairs could not be read \(63\.6 %\); 1 of 3 comparisons/u),
  ]);
  expect(voteNotes(comparisonCounts([prompt({ first: 2 }, 3, improved)]), "asked")).toEqual([]);
});

test("drawn votes: in how many comparisons they could be drawn", () => {
  // Two orders for four votes; one order that settles it; asked one by one; one vote, which says nothing of it.
  const told = [prompt({ first: 3, second: 1 }, 3, improved), prompt({ second: 2 }, 1, rejected)];
  const asked = [prompt({ first: 3 }, 4, improved), prompt({ second: 2 }, 2, rejected)];
  const single = prompt({ second: 1 }, 1, rejected);
  expect(voteNotes(comparisonCounts([...told, ...asked, single]), "drawn")).toEqual([
    expect.stringContaining("drawn in 2 of 4 comparisons"),
  ]);
  expect(voteNotes(comparisonCounts([...told, single]), "drawn")).toEqual([]);
  expect(voteNotes(comparisonCounts(asked), "asked")).toEqual([]);
});
