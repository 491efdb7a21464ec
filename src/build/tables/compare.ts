/** What the check found out about one table. */
export interface TableResult {
  readonly table: string;
  readonly rows: number;
  /** One line a difference; empty when the table is as the source has it. */
  readonly differences: readonly string[];
}

/**
 * Compares a committed table with the one extracted now, row by row.
 * @param table name for the report
 * @param committed and `extracted`: plain data, arrays of rows or objects of them
 */
export function compareTable(table: string, committed: unknown, extracted: unknown): TableResult {
  const differences: string[] = [];
  walk(table, committed, extracted, differences);
  return { table, rows: countRows(extracted), differences };
}

function walk(path: string, committed: unknown, extracted: unknown, differences: string[]): void {
  if (JSON.stringify(committed) === JSON.stringify(extracted)) return;
  if (Array.isArray(committed) && Array.isArray(extracted)) {
    listDifferences(path, committed, extracted, differences);
  } else if (isObject(committed) && isObject(extracted) && !('vendor' in committed)) {
    for (const key of new Set([...Object.keys(extracted), ...Object.keys(committed)])) walk(`${path}.${key}`, committed[key], extracted[key], differences);
    if (differences.length === 0) differences.push(`${path}: the same entries in another order`);
  } else {
    differences.push(`${path}: committed ${show(committed)}, source ${show(extracted)}`);
  }
}

/** Rows that only one side has; when both have the same rows, the order is what differs, and in a match table that counts. */
function listDifferences(path: string, committed: readonly unknown[], extracted: readonly unknown[], differences: string[]): void {
  const ours = new Map(committed.map((row) => [JSON.stringify(row), row]));
  const theirs = new Map(extracted.map((row) => [JSON.stringify(row), row]));
  const before = differences.length;
  for (const [key, row] of ours) if (!theirs.has(key)) differences.push(`${path}: only committed: ${show(row)}`);
  for (const [key, row] of theirs) if (!ours.has(key)) differences.push(`${path}: only in the source: ${show(row)}`);
  if (differences.length === before) differences.push(`${path}: the same rows in another order or number`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
}

/** @returns the rows of a table: entries of lists, of the lists in an object, or texts. */
export function countRows(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  if (!isObject(value)) return value === null || value === undefined ? 0 : 1;
  return Object.values(value).reduce<number>((sum, item) => sum + countRows(item), 0);
}
