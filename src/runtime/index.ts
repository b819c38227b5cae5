export type { Fetched, RunRequest } from "./device.ts";
export { nodeEngine, type Engine, type EngineOptions, type Session } from "./engine.ts";
