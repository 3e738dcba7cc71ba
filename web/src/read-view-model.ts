import type { ReportViewModel } from "../../src/report/view-model.ts";
import { visibleText } from "../../src/report/visible-text.ts";

/**
 * The view model from the JSON text inside the page, every string in it made safe to look at (`visibleText`).
 * Throws where the text is no JSON, or of another format than this page draws.
 */
export function readViewModel(text: string): ReportViewModel {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text, (_key, value: unknown) => (typeof value === "string" ? visibleText(value) : value));
  } catch {
    throw new Error("Its data is damaged: make it again with `illume report`.");
  }
  if (typeof parsed !== "object" || parsed === null || (parsed as { format?: unknown }).format !== 1) {
    throw new Error("Its data is of another version than its page: make it again with `illume report`.");
  }
  return parsed as ReportViewModel;
}
