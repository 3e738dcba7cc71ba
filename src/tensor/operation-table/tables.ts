/** All tables. A table is one graph in the tests, so that they stay of moderate size. */
import { elementwiseRows } from "./elementwise-rows.ts";
import { layoutRows } from "./layout-rows.ts";
import { productRows } from "./product-rows.ts";
import { reductionRows } from "./reduction-rows.ts";
import type { Row } from "./row.ts";
import { typedRows } from "./typed-rows.ts";

export const tables = { elementwiseRows, layoutRows, productRows, reductionRows, typedRows };
export const rows: readonly Row[] = Object.values(tables).flat();
