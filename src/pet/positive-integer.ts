import * as v from "valibot";

/** A setting that counts something: a rank, a width, a number of rows. */
export const positiveInteger = v.pipe(v.number(), v.integer(), v.minValue(1));
