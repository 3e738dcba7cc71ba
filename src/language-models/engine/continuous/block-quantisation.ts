/**
 * Matrices in blocks of 32 numbers of a row with 4 or 8 bits each, as ONNX Runtime's MatMulNBits multiplies them (its
 * activations are rounded to 8 bits in blocks too).
 *
 * With 4 bits a number is minimum + scale * q, q in 0..15, where minimum and scale are those of its block: what GGUF calls
 * Q4_1, and matrices that were dequantised from it come out the same. MatMulNBits knows only scale * (q - zero) with whole
 * zeros; what is left of the minimum, one remainder for each block, is put behind the row as more columns of 4 bits, which are
 * multiplied with the sums of the blocks of x. So minimums are right to about a thirtieth of a scale.
 */

export const quantisedBlock = 32;

export interface QuantisedMatrix {
  readonly bits: 4 | 8;
  readonly rows: number;
  /** Columns that are stored, remainders and padding with them. */
  readonly columns: number;
  /** [rows, columns / 32, 4 * bits], low bits first. */
  readonly packed: Uint8Array;
  /** [rows * columns / 32] */
  readonly scales: Float32Array;
  /** Four bits each, [rows, half of columns / 32 rounded up]; with 8 bits all zeros stand at 128. */
  readonly zeros?: Uint8Array;
}

/** Columns that remainders of a matrix with 4 bits take up. */
export function remainderColumns(columns: number): number {
  return Math.ceil(columns / quantisedBlock / quantisedBlock) * quantisedBlock;
}

/** A matrix [rows, columns], columns a multiple of 32, in 4 bits. */
export function quantise4(data: Float32Array, rows: number, columns: number): QuantisedMatrix {
  const blocks = columns / quantisedBlock;
  const remainders = new Float32Array(remainderColumns(columns));
  const stored = blocks + remainders.length / quantisedBlock;
  const zeroBytes = Math.ceil(stored / 2);
  const packed = new Uint8Array((rows * stored * quantisedBlock) / 2);
  const scales = new Float32Array(rows * stored);
  const zeros = new Uint8Array(rows * zeroBytes);
  for (let row = 0; row < rows; row++) {
    for (let block = 0; block < stored; block++) {
      const ofData = block < blocks;
      const source = ofData ? data : remainders;
      const start = ofData ? row * columns + block * quantisedBlock : (block - blocks) * quantisedBlock;
      const [least, most] = extremes(source, start);
      // Remainders lie around zero: 7 steps to either side.
      const scale = ofData ? (most - least) / 15 : Math.max(-least, most) / 7;
      const zero = ofData && scale > 0 ? Math.min(15, Math.max(0, Math.round(-least / scale))) : 8;
      if (ofData) remainders[block] = least + zero * scale;
      const first = ofData ? least : -8 * scale;
      const place = row * stored + block;
      scales[place] = scale;
      zeros[row * zeroBytes + (block >> 1)] =
        (zeros[row * zeroBytes + (block >> 1)] as number) | (zero << (4 * (block & 1)));
      const byte = (place * quantisedBlock) / 2;
      for (let index = 0; index < quantisedBlock; index += 2) {
        const low = steps(source[start + index] as number, first, scale, zero);
        const high = steps(source[start + index + 1] as number, first, scale, zero);
        packed[byte + index / 2] = low | (high << 4);
      }
    }
  }
  return { bits: 4, rows, columns: stored * quantisedBlock, packed, scales, zeros };
}

function extremes(data: Float32Array, start: number): [least: number, most: number] {
  let [least, most] = [Infinity, -Infinity];
  for (let index = start; index < start + quantisedBlock; index++) {
    const value = data[index] as number;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [least, most];
}

/** How many steps of `scale` a value lies above `first`, in 0..15; `zero` where all are alike. */
function steps(value: number, first: number, scale: number, zero: number): number {
  if (scale === 0) return zero;
  return Math.min(15, Math.max(0, Math.round((value - first) / scale)));
}

/** A matrix [rows, columns], columns a multiple of 32, in 8 bits: scale * q, q in -127..127. */
export function quantise8(data: Float32Array, rows: number, columns: number): QuantisedMatrix {
  const packed = new Uint8Array(rows * columns);
  const scales = new Float32Array((rows * columns) / quantisedBlock);
  for (let block = 0; block < scales.length; block++) {
    const start = block * quantisedBlock;
    let most = 0;
    for (let index = start; index < start + quantisedBlock; index++)
      most = Math.max(most, Math.abs(data[index] as number));
    const scale = most / 127;
    scales[block] = scale;
    for (let index = start; index < start + quantisedBlock; index++) {
      packed[index] = 128 + (scale === 0 ? 0 : Math.round((data[index] as number) / scale));
    }
  }
  return { bits: 8, rows, columns, packed, scales };
}

/** The numbers [rows, columns] that a matrix of `columns` columns stands for. */
export function dequantised(matrix: QuantisedMatrix, columns: number): Float32Array {
  const { bits, rows, packed, scales, zeros } = matrix;
  const stored = matrix.columns / quantisedBlock;
  const at = (row: number, column: number) => {
    const place = row * matrix.columns + column;
    const block = Math.floor(column / quantisedBlock);
    const scale = scales[row * stored + block] as number;
    if (bits === 8) return ((packed[place] as number) - 128) * scale;
    const zero = ((zeros as Uint8Array)[row * Math.ceil(stored / 2) + (block >> 1)] as number) >> (4 * (block & 1));
    return ((((packed[place >> 1] as number) >> (4 * (place & 1))) & 15) - (zero & 15)) * scale;
  };
  return Float32Array.from({ length: rows * columns }, (_, index) => {
    const [row, column] = [Math.floor(index / columns), index % columns];
    const remainder = bits === 4 ? at(row, columns + Math.floor(column / quantisedBlock)) : 0;
    return at(row, column) + remainder;
  });
}
