import type { SchemaElement } from "hyparquet";
import { type FileMetaData, parquetSchema } from "hyparquet";
import { VlPetError } from "../../error.ts";

type Tree = ReturnType<typeof parquetSchema>;

/** The numbers of a features column. */
export type FloatType = "float16" | "float32" | "float64";

/** Where ids and features lie in a table. */
export interface FeatureColumns {
  readonly id: string;
  readonly features: FeaturesColumn;
}

/** A column with a list of numbers, or a list of equally long lists, in each row. */
export interface FeaturesColumn {
  readonly name: string;
  /** The path of the numbers in the schema. */
  readonly path: readonly string[];
  readonly type: FloatType;
  /** Greatest repetition level: 1 for lists, 2 for lists of lists. */
  readonly depth: 1 | 2;
  /** Greatest definition level: what a number that is there has. */
  readonly defined: number;
}

/** Columns that the caller names. */
export interface ColumnNames {
  readonly id?: string;
  readonly features?: string;
}

/** Names tried in this order when several columns could be the one. */
const ID_NAMES = ["image_id", "img_id", "id", "vid_name", "video_id", "clip_id", "key", "name"];
const FEATURES_NAMES = ["features", "vis_feats", "image_features", "feature", "embedding", "embeddings"];

/** What the columns hold, for errors. */
const WANTED = {
  id: { what: "ids", form: "strings or integers", usual: ID_NAMES },
  features: {
    what: "features",
    form: "lists of float16, float32 or float64, or lists of such lists",
    usual: FEATURES_NAMES,
  },
} as const;

/**
 * Finds the column of ids (strings or integers) and that of features (lists of floats): the one that is named, or the
 * only one that can be it, or the first with a usual name.
 *
 * @throws VlPetError "data" listing the table's columns.
 */
export function featureColumns(
  metadata: FileMetaData,
  file: string,
  named: ColumnNames = {},
): FeatureColumns {
  const columns = parquetSchema(metadata).children;
  const ids = columns.filter(isId).map(({ element }) => element.name);
  const lists = columns.flatMap((column) => featuresColumn(column) ?? []);
  const listNames = lists.map(({ name }) => name);
  const id = chosen(ids, named.id, ID_NAMES);
  const name = chosen(listNames, named.features, FEATURES_NAMES);
  const features = lists.find((list) => list.name === name);
  if (id !== undefined && features !== undefined) return { id, features };
  const wanted = id === undefined ? "id" : "features";
  const { what, form, usual } = WANTED[wanted];
  const asked = named[wanted];
  throw new VlPetError("data", `it is unclear which column holds the ${what}`, {
    where: file,
    expected: asked === undefined ? `one column of ${form}, or ${usual.join(", ")}` : `${asked}, of ${form}`,
    received: columns.map(describe).join(", "),
    fix: "name the columns, or rename them in the table",
  });
}

function chosen(
  candidates: readonly string[],
  named: string | undefined,
  usual: readonly string[],
): string | undefined {
  if (named !== undefined) return candidates.find((name) => name === named);
  if (candidates.length === 1) return candidates[0];
  return usual.find((name) => candidates.includes(name));
}

function isId({ element, children }: Tree): boolean {
  if (children.length > 0 || element.repetition_type === "REPEATED") return false;
  if (element.type === "BYTE_ARRAY")
    return element.converted_type === "UTF8" || element.logical_type?.type === "STRING";
  return isInteger(element);
}

/** Dates, times and decimals are stored as integers, too. */
function isInteger({ type, converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  if (type !== "INT32" && type !== "INT64") return false;
  if (logical !== undefined) return logical.type === "INTEGER";
  return converted === undefined || converted.startsWith("INT") || converted.startsWith("UINT");
}

function featuresColumn(column: Tree): FeaturesColumn | undefined {
  const path = pathToLeaf(column);
  const leaf = path?.at(-1)?.element;
  const type = leaf === undefined ? undefined : floatType(leaf);
  if (path === undefined || leaf === undefined || type === undefined) return undefined;
  const depth = path.filter(({ element }) => element.repetition_type === "REPEATED").length;
  const defined = path.filter(({ element }) => element.repetition_type !== "REQUIRED").length;
  if (depth !== 1 && depth !== 2) return undefined;
  return { name: column.element.name, path: path.map(({ element }) => element.name), type, depth, defined };
}

/** Down through lists (groups of one child), or undefined where a group has several. */
function pathToLeaf(tree: Tree): readonly Tree[] | undefined {
  const [child, second] = tree.children;
  if (child === undefined) return [tree];
  if (second !== undefined) return undefined;
  const rest = pathToLeaf(child);
  return rest === undefined ? undefined : [tree, ...rest];
}

function floatType({
  type,
  type_length: length,
  logical_type: logical,
}: SchemaElement): FloatType | undefined {
  if (type === "FLOAT") return "float32";
  if (type === "DOUBLE") return "float64";
  if (type === "FIXED_LEN_BYTE_ARRAY" && length === 2 && logical?.type === "FLOAT16") return "float16";
  return undefined;
}

function describe(column: Tree): string {
  const leaf = pathToLeaf(column)?.at(-1);
  const { name } = column.element;
  if (leaf === undefined) return `${name} (struct)`;
  const { type = "group", logical_type: logical } = leaf.element;
  const words = (logical?.type ?? type).toLowerCase();
  return `${name} (${leaf === column ? "" : "list of "}${words})`;
}
