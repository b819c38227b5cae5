import { hubFolder, type HubNeed } from "../files/hub/hub-folder.ts";
import { isHubReference } from "../files/hub/hub-reference.ts";

export { isHubReference } from "../files/hub/hub-reference.ts";

/** The folder that a text names: itself, or the local copy of a model on the Hub (see `hubFolder`). */
export async function modelFolder(text: string, need: HubNeed): Promise<string> {
  return isHubReference(text) ? hubFolder(text, need) : text;
}
