import { VlPetError } from "../error.ts";

/** The error for a name that a file does not have. */
export function missingTensor(name: string, file: string, count: number): VlPetError {
  return new VlPetError("checkpoint", `no tensor named ${JSON.stringify(name)}`, {
    where: file,
    received: `a file of ${count} tensors`,
    fix: "check the name and that this is the right checkpoint",
  });
}
