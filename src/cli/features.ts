import { Command } from "commander";
import { extractCommand } from "./features-extract.ts";

/** `vlpet features`: everything about visual features. */
export function featuresCommand(): Command {
  return new Command("features")
    .description("make visual features of images and videos")
    .addCommand(extractCommand());
}
