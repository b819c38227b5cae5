import { readFileSync } from "node:fs";
import { Command, Help, type Option } from "commander";
import { convertCommand } from "./convert.ts";
import { dataCommand } from "./data.ts";
import { demoCommand } from "./demo.ts";
import { runDemo } from "./demo-run.ts";
import { evaluateCommand } from "./evaluate.ts";
import { EXIT, reportFailure } from "./exit.ts";
import { featuresCommand } from "./features.ts";
import { inspectCommand } from "./inspect.ts";
import { mergeCommand } from "./merge.ts";
import { predictCommand } from "./predict.ts";
import { scoreCommand } from "./score.ts";
import { trainCommand } from "./train.ts";

const NOTES = `
Results go to stdout, progress and errors to stderr. Exit status: 0 done,
1 failed, 2 wrong usage, 130 stopped by Ctrl-C. VLPET_DEBUG=1 shows where a
failure comes from.

Examples:
  vlpet inspect --preset vl-pet-large
  vlpet train --images photos --captions captions.json \\
              --set tokenizer=bart-base --output runs/mine
  vlpet predict --run runs/mine --image cat.jpg`;

/** Every command, in the order of the help. */
function commands(): readonly Command[] {
  return [
    demoCommand(runDemo),
    trainCommand(),
    evaluateCommand(),
    predictCommand(),
    scoreCommand(),
    dataCommand(),
    featuresCommand(),
    inspectCommand(),
    convertCommand(),
    mergeCommand(),
  ];
}

function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** That a flag is off and a list empty unless given needs no words. */
function optionDescription(option: Option): string {
  const { defaultValue, description } = option;
  const isPlain = defaultValue === false || Array.isArray(defaultValue);
  return isPlain ? description : new Help().optionDescription(option);
}

/** The whole command line. Parsing throws commander's errors instead of ending the process. */
export function vlpetProgram(): Command {
  const program = new Command("vlpet")
    .description("Vision-and-language parameter-efficient tuning.")
    .version(packageVersion(), "--version", "show the version")
    .helpOption("-h, --help", "show this help")
    .helpCommand("help [command]", "show the help of a command")
    .configureHelp({ optionDescription })
    .addHelpText("after", NOTES)
    .showHelpAfterError("(see vlpet --help)")
    .exitOverride();
  for (const command of commands()) {
    program.addCommand(command);
    adopt(command, program, "vlpet");
  }
  return program;
}

/** Gives a command and those below it the settings of the one above. */
function adopt(command: Command, parent: Command, path: string): void {
  const name = `${path} ${command.name()}`;
  command.copyInheritedSettings(parent).helpOption("-h, --help", "show this help");
  command.showHelpAfterError(`(see ${name} --help)`);
  for (const below of command.commands) adopt(below, command, name);
}

/** Runs the command line and gives the exit status. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  try {
    await vlpetProgram().parseAsync(args, { from: "user" });
    return EXIT.ok;
  } catch (error) {
    return reportFailure(error, (text) => process.stderr.write(`${text}\n`));
  }
}
