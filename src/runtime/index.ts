export type { Fetched, HostTensor, RunRequest } from "./device.ts";
export { nodeEngine, type Engine, type EngineOptions, type Session } from "./engine.ts";
