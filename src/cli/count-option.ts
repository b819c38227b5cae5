import { InvalidArgumentError } from "commander";

/** Reads the value of an option that takes a whole number from 1. */
export function countOption(value: string): number {
  const count = Number(value);
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new InvalidArgumentError("Give a whole number from 1.");
}
