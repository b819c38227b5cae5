#!/usr/bin/env node
import { EXIT } from "./exit.ts";
import { runCommandLine } from "./program.ts";

// A reader such as `head` may close the pipe early; there is nobody left to tell then.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? EXIT.ok : EXIT.error);
});

process.exitCode = await runCommandLine(process.argv.slice(2));
