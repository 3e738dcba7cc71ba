/** Files on their way here, for people: one line that is rewritten on a screen, plain lines now and then elsewhere. */
import { shortenToWidth } from "../../core/terminal-text.ts";
import { decimalText } from "../../report/number-text.ts";
import { type Terminal, writeLines } from "./terminal.ts";

/** Milliseconds between two updates of the live line, and between two plain lines of one file. */
const liveInterval = 100;
const plainInterval = 10_000;

/** How much of a file is here. */
export interface FileProgress {
  /** Its name, as a server gives it. */
  readonly file: string;
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface DownloadDisplay {
  update(progress: FileProgress): void;
  /** Says what came, where anything did; harmless when called twice. */
  end(): void;
}

/** @param now milliseconds of a steady clock (default performance.now) */
export function downloadDisplay(terminal: Terminal, now: () => number = () => performance.now()): DownloadDisplay {
  const { remarks, columns, live, unicode } = terminal;
  const whole = new Map<string, number>();
  let shown: FileProgress | undefined;
  let shownAt = Number.NEGATIVE_INFINITY;
  const isOver = ({ bytes, totalBytes }: FileProgress) => bytes >= totalBytes;
  const print = (progress: FileProgress) => {
    // The last column stays free: writing into it makes some terminals wrap.
    const line = shortenToWidth(progressLine(progress), live ? columns - 1 : columns, unicode ? "…" : "");
    if (live) remarks.write(`\r\u001b[K${line}`);
    else writeLines(remarks, [line]);
    shownAt = now();
  };
  return {
    update(progress) {
      const begun = shown?.file !== progress.file;
      const ended = isOver(progress) && (begun || !isOver(shown as FileProgress));
      shown = progress;
      if (ended) whole.set(progress.file, progress.totalBytes);
      if (begun || ended || now() - shownAt >= (live ? liveInterval : plainInterval)) print(progress);
    },
    end() {
      if (shown === undefined) return;
      shown = undefined;
      if (live) remarks.write("\r\u001b[K");
      if (whole.size === 0) return;
      const bytes = [...whole.values()].reduce((sum, size) => sum + size, 0);
      writeLines(remarks, [`Fetched ${whole.size === 1 ? "one file" : `${whole.size} files`}, ${amount(bytes)}.`]);
      whole.clear();
    },
  };
}

/** "model.safetensors: 107.5 of 269.1 MB, 39 %": what matters of a long name is at its end. */
export function progressLine({ file, bytes, totalBytes }: FileProgress): string {
  const percent = totalBytes > 0 ? Math.floor((100 * Math.min(bytes, totalBytes)) / totalBytes) : 100;
  const name = file.length > 40 ? `...${file.slice(-37)}` : file;
  return `${name}: ${amount(bytes, totalBytes)} of ${amount(totalBytes)}, ${percent} %`;
}

const units = ["B", "kB", "MB", "GB", "TB"];

/** Bytes in the unit that suits them, or, without naming it, in the one that suits others. */
function amount(bytes: number, like?: number): string {
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, like ?? bytes)) / 3)));
  const text = decimalText(bytes / 1000 ** power, power === 0 ? 0 : 1);
  return like === undefined ? `${text} ${units[power]}` : text;
}
