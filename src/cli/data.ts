import { Command } from "commander";
import { checkCommand } from "./data-check.ts";
import { packCommand } from "./data-pack.ts";
import { prepareCommand } from "./data-prepare.ts";
import { verifyCommand } from "./data-verify.ts";

/** `vlpet data`: everything about data before a training. */
export function dataCommand(): Command {
  return new Command("data")
    .description("prepare data for training")
    .addCommand(prepareCommand())
    .addCommand(checkCommand())
    .addCommand(packCommand())
    .addCommand(verifyCommand());
}
