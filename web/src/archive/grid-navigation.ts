/** Keys that move the focus in a grid of rows x columns, as the ARIA practices for grids have them. */

export interface GridPosition {
  readonly row: number;
  readonly column: number;
}

export interface PressedKey {
  readonly key: string;
  readonly ctrlKey: boolean;
}

/** Where the key leads, kept inside the grid; undefined for a key that moves nothing. */
export function moveInGrid(
  from: GridPosition,
  size: { readonly rows: number; readonly columns: number },
  { key, ctrlKey }: PressedKey,
): GridPosition | undefined {
  const lastRow = size.rows - 1;
  const lastColumn = size.columns - 1;
  switch (key) {
    case "ArrowUp":
      return { ...from, row: Math.max(0, from.row - 1) };
    case "ArrowDown":
      return { ...from, row: Math.min(lastRow, from.row + 1) };
    case "ArrowLeft":
      return { ...from, column: Math.max(0, from.column - 1) };
    case "ArrowRight":
      return { ...from, column: Math.min(lastColumn, from.column + 1) };
    case "Home":
      return { row: ctrlKey ? 0 : from.row, column: 0 };
    case "End":
      return { row: ctrlKey ? lastRow : from.row, column: lastColumn };
    case "PageUp":
      return { ...from, row: 0 };
    case "PageDown":
      return { ...from, row: lastRow };
    default:
      return undefined;
  }
}
