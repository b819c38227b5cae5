import { SingleBar, type Options } from "cli-progress";

/** A bar on stderr for one piece of work. */
export interface Progress {
  /** `note` stands behind the numbers. */
  show(done: number, total: number, note: string): void;
  /** Ends the bar; a later `show` begins a new one. */
  stop(): void;
}

/** How often a stderr that is no terminal gets a line. */
const LINE_EVERY_MS = 5000;

const OPTIONS: Options = {
  stream: process.stderr,
  hideCursor: false, // a second Ctrl-C ends the process as it is
  gracefulExit: false, // the first one is for the work, which stops the bar itself
  noTTYOutput: true,
  notTTYSchedule: LINE_EVERY_MS,
  barsize: 24,
  etaBuffer: 50,
  barCompleteChar: "=",
  barIncompleteChar: "-",
};

const SILENT: Progress = { show: () => undefined, stop: () => undefined };

/** A progress bar with what was done, a note and the time left. It shows nothing when `quiet`. */
export function progressBar(label: string, { quiet }: { readonly quiet: boolean }): Progress {
  if (quiet) return SILENT;
  let bar: SingleBar | null = null;
  return {
    show(done, total, note) {
      if (bar === null) {
        const format = `${label} [{bar}] {value}/{total}{note} | ETA {eta_formatted}`;
        bar = new SingleBar({ ...OPTIONS, format });
        bar.start(total, done, { note });
      } else bar.update(done, { note });
    },
    stop() {
      bar?.stop();
      bar = null;
    },
  };
}
