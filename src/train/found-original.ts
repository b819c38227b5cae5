import { openTensors } from "../files/index.ts";
import { foundModel, type FoundModel } from "../files/found/found-model.ts";

export type { FoundModel } from "../files/found/found-model.ts";

/** Recognises the model of a file that the original saved. Throws kind "checkpoint" when it is none. */
export async function foundOriginal(path: string): Promise<FoundModel> {
  const file = await openTensors(path);
  try {
    return await foundModel(file);
  } finally {
    await file.close();
  }
}
