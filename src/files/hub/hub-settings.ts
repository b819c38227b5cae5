import { homedir } from "node:os";
import { join } from "node:path";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where models from the Hub are kept and how the Hub is reached; the variables are those of Hugging Face's library. */
export interface HubSettings {
  /** The cache's folder. */
  readonly cache: string;
  readonly endpoint: string;
  readonly token: string | null;
  /** Nothing is asked of the network. */
  readonly isOffline: boolean;
}

const TRUE = new Set(["1", "true", "yes", "on"]);

/** Reads HF_HUB_CACHE, HF_HOME, XDG_CACHE_HOME, HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE and TRANSFORMERS_OFFLINE. */
export function hubSettings(environment: Environment): HubSettings {
  const set = (name: string): string | null => {
    const value = environment[name];
    return value === undefined || value === "" ? null : value;
  };
  const caches = set("XDG_CACHE_HOME") ?? join(homedir(), ".cache");
  const home = set("HF_HOME") ?? join(caches, "huggingface");
  return {
    cache: set("HF_HUB_CACHE") ?? set("HUGGINGFACE_HUB_CACHE") ?? join(home, "hub"),
    endpoint: (set("HF_ENDPOINT") ?? "https://huggingface.co").replace(/\/+$/, ""),
    token: set("HF_TOKEN"),
    isOffline: ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"].some((name) =>
      TRUE.has((set(name) ?? "").toLowerCase()),
    ),
  };
}
