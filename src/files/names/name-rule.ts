/**
 * A pattern over our path and the original's keys for it (spec/checkpoints.md), without the family's prefix. In a key,
 * `{task}` stands for any task and `{head}` for 0, 1, …: tensors of several heads are stacked along the first axis,
 * because the original stores a multi-head projection in pieces.
 */
export type NameRule = readonly [pattern: RegExp, keys: readonly string[]];
