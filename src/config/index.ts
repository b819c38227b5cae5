export { adapterModel } from "./adapter-model.ts";
export { withAdapter } from "./adapter-settings.ts";
export { backboneConfig } from "./backbone-config.ts";
export type { BackboneSettings } from "./backbone-settings.ts";
export { countedTable, type CountedCell, type CountedRow } from "./counted-table.ts";
export { courseSettings } from "./course-settings.ts";
export { foundConfig, type FoundConfig } from "./found-config.ts";
export type { Layer } from "./layers.ts";
export { imageEncoderConfig } from "./image-encoder.ts";
export { localConfig } from "./local-config.ts";
export {
  configuredTasks,
  loadOptions,
  modelRequest,
  taskPrompts,
  type ModelRequest,
} from "./model-request.ts";
export { nearest } from "./nearest.ts";
export { PRESET_GROUPS, PRESETS, type PresetName } from "./presets.ts";
export { resolveConfig, type ConfigSources } from "./resolve-config.ts";
export { settingPaths } from "./schema-node.ts";
export { settingLeaves } from "./setting-leaves.ts";
export {
  RunConfig,
  type RunConfigInput,
  type RunTask,
  type SplitName,
  type TaskSettings,
  type TaskTable,
} from "./run-config.ts";
