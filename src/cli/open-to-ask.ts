/** Opens a model for a command that asks it: downloads and notices are told to people. */
import { terminalLine } from "../core/terminal-text.ts";
import type { LanguageModel } from "../language-models/language-model.ts";
import { type OpenLanguageModelOptions, openLanguageModel } from "../language-models/open-language-model.ts";
import { gradeSchoolTokenizer } from "../reasoning/tasks/grade-school/grade-school-tokenizer.ts";
import { downloadDisplay } from "./terminal/download-display.ts";
import { type Terminal, writeLines } from "./terminal/terminal.ts";

/** Throws as openLanguageModel does. */
export async function openToAsk(
  id: string,
  terminal: Terminal,
  options: OpenLanguageModelOptions,
): Promise<LanguageModel> {
  const downloads = downloadDisplay(terminal);
  try {
    return await openLanguageModel(id, {
      tokenizers: { "grade-school": gradeSchoolTokenizer },
      ...options,
      onNotice: (notice) => {
        downloads.end();
        writeLines(terminal.remarks, [terminalLine(notice)]);
      },
      onDownload: downloads.update,
    });
  } finally {
    downloads.end();
  }
}
