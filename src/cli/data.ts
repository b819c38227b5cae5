import { Command } from "commander";
import { prepareCommand } from "./data-prepare.ts";

/** `vlpet data`: everything about data before a training. */
export function dataCommand(): Command {
  return new Command("data").description("prepare data for training").addCommand(prepareCommand());
}
