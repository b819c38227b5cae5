import { times, type Tensor } from "../graph/index.ts";
import { embeddingTable, norm, type Scope } from "../nn/index.ts";
import { gatherRows, reshape } from "../ops/index.ts";
import type { Family } from "./family.ts";

/** Where the token table lies. */
export const TOKEN_TABLE = "shared";

/** The token table, shared by encoder, decoder, LM head and object orders: [V, D]. */
export function tokenTable(scope: Scope, { sizes }: Family): Tensor {
  return embeddingTable(scope.shared(TOKEN_TABLE), sizes.vocabulary, sizes.width);
}

/** Rows of the token table: ids [B, T] → [B, T, D]. */
export function tokenRows(scope: Scope, family: Family, ids: Tensor): Tensor {
  const [batch = 1, length = 1] = ids.shape;
  const rows = gatherRows(tokenTable(scope, family), reshape(ids, [times(batch, length)]));
  return reshape(rows, [batch, length, family.sizes.width]);
}

/** The norm through which tokens enter a stack, where the family has one. */
export function entered(scope: Scope, { embeddingNorm, norm: kind }: Family, tokens: Tensor): Tensor {
  return embeddingNorm === null ? tokens : norm(scope.at(embeddingNorm), tokens, kind);
}

/** The norm and dropout through which rows leave a stack, where the family has them. */
export function left(scope: Scope, { finalNorm, norm: kind, dropRate }: Family, rows: Tensor): Tensor {
  if (finalNorm === null) return rows;
  const at = scope.at(finalNorm);
  return at.dropout(norm(at, rows, kind), dropRate, "dropout");
}
