import { Command } from "commander";
import { verifyPacked } from "../data/index.ts";
import { byteWords } from "./byte-words.ts";
import { interruptible } from "./interrupt.ts";
import { progressBar } from "./progress.ts";

interface VerifyOptions {
  readonly json: boolean;
  readonly quiet: boolean;
}

/** `vlpet data verify` */
export function verifyCommand(): Command {
  return new Command("verify")
    .description("compare every image of a packed store with its checksum")
    .argument("<store>", "a file made by vlpet data pack")
    .option("--json", "print what was checked as JSON", false)
    .option("-q, --quiet", "show no progress", false)
    .action(verifyWith);
}

async function verifyWith(store: string, options: VerifyOptions): Promise<void> {
  const progress = progressBar("checking", options);
  const report = await interruptible((signal) =>
    verifyPacked(store, {
      signal,
      onProgress: ({ done, total, byteLength }) => progress.show(done, total, ` | ${byteWords(byteLength)}`),
    }),
  ).finally(() => progress.stop());
  if (options.json) console.log(JSON.stringify({ file: store, ...report }, null, 2));
  else console.log(`${store}: all ${report.count} images are intact, ${byteWords(report.byteLength)}`);
}
