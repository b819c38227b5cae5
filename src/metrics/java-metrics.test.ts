import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { meteor, spice } from "./java-metrics.ts";

const ITEMS = [
  { hypothesis: "a ||| dog  runs", references: ["the dog runs", "a dog"] },
  { hypothesis: "a cat", references: ["a cat"] },
];

/** Stands in for Java: speaks METEOR's protocol, or writes SPICE's report, with scores that show what came in. */
const FAKE_JAVA = `#!/usr/bin/env node
const args = process.argv.slice(2);
if (args.includes("-stdio")) {
  const expected = ["-Xmx2G", "-jar", args[2], "-", "-", "-stdio", "-l", "en", "-norm"].join(" ");
  if (args.join(" ") !== expected) process.exit(3);
  require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
    const [command, ...parts] = line.split(" ||| ");
    if (command === "SCORE") console.log(parts.at(-1) + "|" + parts.length);
    else console.log([...parts.map((part) => part.length / 100), parts.length].join("\\n"));
  });
} else {
  const fs = require("node:fs");
  const items = JSON.parse(fs.readFileSync(args[3], "utf8"));
  const entry = ({ image_id, test, refs }) =>
    '{"image_id": ' + image_id + ', "scores": {"All": {"f": ' + (test === "" ? "NaN" : refs.length / 10) + "}}}";
  fs.writeFileSync(args[args.indexOf("-out") + 1], "[" + items.map(entry).join(",") + "]");
}
`;
const BROKEN_JAVA = `#!/usr/bin/env node
console.error("paraphrase table not found");
process.exit(1);
`;

describe.skipIf(process.platform === "win32")(
  "meteor and spice (the stand-in needs an executable script)",
  () => {
    let folder = "";
    const path = (name: string): string => join(folder, name);
    const fake = () => ({ jar: path("metric.jar"), java: path("java") });

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "vl-pet-java-"));
      await writeFile(path("metric.jar"), "");
      for (const [name, script] of [
        ["java", FAKE_JAVA],
        ["broken", BROKEN_JAVA],
      ] as const) {
        await writeFile(path(name), script);
        await chmod(path(name), 0o755);
      }
    });
    afterAll(() => rm(folder, { recursive: true }));

    it("asks METEOR for the statistics of each caption, then for all scores", async () => {
      // What the stand-in measures: "a  dog runs|3" and "a cat|2", as the hypothesis loses its bars and a double space.
      expect(await meteor(ITEMS, fake())).toEqual({ perItem: [0.12, 0.07], corpus: 2 });
    });

    it("reads SPICE's report, undefined scores included", async () => {
      expect(await spice(ITEMS, fake())).toEqual({ perItem: [0.2, 0.1], corpus: expect.closeTo(0.15, 12) });
      const undefinedScore = await spice([{ hypothesis: "", references: ["a"] }], fake());
      expect(undefinedScore).toEqual({ perItem: [Number.NaN], corpus: Number.NaN });
    });

    it.each([
      ["meteor", meteor],
      ["spice", spice],
    ])("%s says what is missing", async (_, metric) => {
      await expect(metric(ITEMS, { jar: path("absent.jar") })).rejects.toThrow(
        /absent\.jar: the metric's Java program is missing/,
      );
      await expect(metric(ITEMS, { ...fake(), java: path("absent") })).rejects.toThrow(
        /Java could not be started\n {2}expected: a Java runtime/,
      );
      await expect(metric(ITEMS, { ...fake(), java: path("broken") })).rejects.toThrow(
        /ended before it had answered\n {2}received: paraphrase table not found/,
      );
    });
  },
);
