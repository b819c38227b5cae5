import { VlPetError } from "../../error.ts";
import { described, isKind, short, type PickleModule, type PickleValue } from "./pickle-value.ts";

/** Objects and levels that no honest program has: a small pickle can describe a tree that never ends. */
const MAX_OBJECTS = 100_000;
const MAX_DEPTH = 64;

/**
 * The tensors of a TorchScript program's modules as a state dict: attributes by their path, such as
 * `visual.layer1.0.conv1.weight`. Whatever else modules hold is left out. Throws kind "checkpoint" when the value is no
 * module.
 */
export function moduleState(value: PickleValue, file: string): PickleValue {
  if (!isKind(value, "module")) {
    throw new VlPetError("checkpoint", "not a TorchScript program of a module", {
      where: file,
      expected: "an object of the program's own class",
      received: described(value),
      fix: "save its weights instead: torch.save(model.state_dict(), path)",
    });
  }
  const entries = new Map<PickleValue, PickleValue>();
  let objects = 0;
  const collect = (module: PickleModule, prefix: string, depth: number): void => {
    if (++objects > MAX_OBJECTS || depth > MAX_DEPTH) {
      const received = objects > MAX_OBJECTS ? `more than ${MAX_OBJECTS}` : `nested deeper than ${MAX_DEPTH}`;
      throw new VlPetError("checkpoint", "the program's objects are no plain tree of modules", {
        where: `${file}: ${short(prefix)}`,
        received,
        fix: "download the file again; if it stays so, it was not made by PyTorch",
      });
    }
    for (const [name, attribute] of module.attributes) {
      const path = `${prefix}${name}`;
      if (isKind(attribute, "tensor")) entries.set(path, attribute);
      else if (isKind(attribute, "module")) collect(attribute, `${path}.`, depth + 1);
    }
  };
  collect(value, "", 0);
  return { kind: "dict", entries };
}
