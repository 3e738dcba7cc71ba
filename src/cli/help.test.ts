import { expect, test } from "vitest";
import { displayWidth } from "../core/terminal-text.ts";
import type { IllumeCommand } from "./command.ts";
import * as commands from "./commands/index.ts";
import { commandHelp } from "./help.ts";

test.each(Object.values(commands).map((command): [string, IllumeCommand] => [command.name, command]))(
  "the help of illume %s has no line above 80 columns",
  (_, command) => {
    const lines = commandHelp(command, { columns: 80, colour: false });
    expect(lines.filter((line) => displayWidth(line) > 80)).toEqual([]);
  },
);
