import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { object, savedScript, TRACED } from "../../../test/files/torch-script.ts";
import {
  dict,
  EIGHT,
  floats,
  int,
  ints,
  rebuilt,
  savedZip,
  text,
  tuple,
} from "../../../test/files/torch-save.ts";
import { asFloat32 } from "../as-float32.ts";
import { openPytorch, type PytorchFile } from "./open-pytorch.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "torch-script-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function opened(bytes: Uint8Array): Promise<PytorchFile> {
  const file = join(folder, "clip.pt");
  await writeFile(file, bytes);
  return openPytorch(file);
}

const WEIGHT = rebuilt(floats(8), 0, [8], [1]);
const list = (kind: string, ...items: readonly string[]) =>
  `ctorch.jit._pickle\n${kind}\n${tuple(`](${items.join("")}e`)}R`;

describe("a TorchScript program", () => {
  it("written by PyTorch gives the tensors of its modules", async () => {
    const file = await opened(TRACED());
    const all = await file.readAll();
    await file.close();
    const values = [...all].map(([name, tensor]) => {
      const floating = tensor.dtype === "I64" ? Array.from(tensor.data, Number) : [...asFloat32(tensor)];
      return [name, tensor.dtype, tensor.shape, floating];
    });
    expect(values).toEqual([
      ["logit_scale", "F32", [], [2.5]],
      ["input_resolution", "I64", [], [224]],
      ["visual.positional_embedding", "F16", [2, 2], [1, 2, 3, 65504]],
      ["visual.conv1.weight", "F16", [2, 3, 1, 1], [0, 0.125, 0.25, 0.375, 0.5, 0.625]],
      ["visual.bn1.weight", "F32", [2], [1, 1]],
      ["visual.bn1.bias", "F32", [2], [0, 0]],
      ["visual.bn1.running_mean", "F32", [2], [0.5, -0.25]],
      ["visual.bn1.running_var", "F32", [2], [1, 1]],
      ["visual.bn1.num_batches_tracked", "I64", [], [0]],
    ]);
  });

  it("may hold anything beside its tensors", async () => {
    const visual = object("Visual", {
      weight: WEIGHT,
      training: "\x89",
      bias: "N",
      stride: list("build_intlist", int(2), int(2)),
      names: `ctorch.jit._pickle\nrestore_type_tag\n${tuple(`](${text("a")}e`, text("List[str]"))}R`,
      scale: "G?\xe0\0\0\0\0\0\0",
    });
    const file = await opened(savedScript(object("Clip", { visual, again: WEIGHT }), [EIGHT]));
    expect([...file.tensors.keys()]).toEqual(["visual.weight", "again"]);
    await file.close();
  });

  /** An object that holds itself twice, n times over: 2ⁿ objects from a short pickle. */
  const doubled = (levels: number): string => {
    const first = `${object("A", { w: WEIGHT })}q\0`;
    const more = Array.from({ length: levels }, (_, i) => {
      const below = `h${String.fromCodePoint(i)}`;
      return `0${object("A", { left: below, right: below })}q${String.fromCodePoint(i + 1)}`;
    });
    return first + more.join("");
  };

  it.each([
    ["no module", dict({ w: WEIGHT }), /not a TorchScript program of a module[^]*a dict of 1/u],
    [
      "names outside of the allow-list",
      object("A", { w: `cos\nsystem\n${tuple(text("touch pwned"))}R` }),
      /os\.system/u,
    ],
    ["calls of its own classes", `c__torch__\nA\n${tuple(WEIGHT)}R`, /calls something that is no function/u],
    ["objects of other classes", `ccollections\nOrderedDict\n)\x81`, /makes an object/u],
    ["objects made with arguments", `c__torch__\nA\n${tuple(int(1))}\x81`, /makes an object/u],
    ["objects of no class", `${int(1)})\x81`, /makes an object/u],
    [
      "attributes that are no dict",
      `c__torch__\nA\n)\x81${ints([1])}b`,
      /attributes of an object are no dict/u,
    ],
    ["attributes whose names are no text", `c__torch__\nA\n)\x81}(${int(1)}${int(2)}ub`, /name is no text/u],
    [
      "lists that are none",
      object("A", { w: `ctorch.jit._pickle\nbuild_intlist\n${tuple("N")}R` }),
      /typed list that is none/u,
    ],
    ["an object that holds itself", `c__torch__\nA\n)\x81q\0}(${text("me")}h\0ub`, /nested deeper than 64/u],
    ["more objects than its bytes could hold", doubled(40), /more than 100000/u],
  ])("is refused with %s", async (_, body, message) => {
    const refused = opened(savedScript(body, [EIGHT]));
    await expect(refused).rejects.toThrow(expect.objectContaining({ kind: "checkpoint" }));
    await expect(refused).rejects.toThrow(message);
  });

  it("is refused where its tensors are compressed, or its code encrypted", async () => {
    const body = object("A", { w: WEIGHT });
    const compressed = { name: "clip/data/1", data: EIGHT, method: 8 };
    await expect(opened(savedScript(body, [EIGHT], [compressed]))).rejects.toThrow("compressed");
    const encrypted = { name: "clip/code/b.py", data: EIGHT, flags: 1 };
    await expect(opened(savedScript(body, [EIGHT], [encrypted]))).rejects.toThrow(/compressed|encrypted/u);
  });

  it("lends its classes to no plain checkpoint", async () => {
    await expect(opened(savedZip(object("A", { w: WEIGHT })))).rejects.toThrow("__torch__.A");
  });
});
