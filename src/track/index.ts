export { openRunLog, type LogRecord, type RunLog } from "./run-log.ts";
