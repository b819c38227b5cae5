import { CommanderError } from "commander";
import { VlPetError } from "../error.ts";

/** What the command's exit status says. */
export const EXIT = { ok: 0, error: 1, usage: 2, interrupted: 130 } as const;

/** Whether failures are shown with their stack. */
function debugging(): boolean {
  return process.env["VLPET_DEBUG"] === "1";
}

/** Tells the user about a failure and gives the exit status for it. */
export function reportFailure(error: unknown, tell: (text: string) => void): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage; // it has said why
  if (debugging() && error instanceof Error) tell(error.stack ?? error.message);
  else if (error instanceof VlPetError) tell(`vlpet: ${error.message}`);
  else tell(unexpected(error));
  return error instanceof VlPetError && error.kind === "interrupted" ? EXIT.interrupted : EXIT.error;
}

function unexpected(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  return `vlpet: an unexpected failure: ${words}\n  fix: run it again with VLPET_DEBUG=1 to see where, and report it`;
}
