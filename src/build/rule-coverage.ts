import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** A rule id as the engine's source spells it: `mds/select/verw`; where a template fills in a part, `*` stands for it. */
const RULE = /^[\w.*-]+(?:\/[\w.:*-]+)+$/;

/** Not rules: names of formats, and the page that knows where rules come from. */
const OTHER = /^(?:cpueval|\.)\//;
const ABOUT_RULES = /rule-sources\.ts$/;

function textOf(node: ts.Node): string | null {
  if (ts.isStringLiteralLike(node)) return node.text;
  return ts.isTemplateExpression(node) ? node.head.text + node.templateSpans.map(({ literal }) => `*${literal.text}`).join('') : null;
}

function rulesIn(source: ts.SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isLiteralTypeNode(node)) return;
    const text = textOf(node);
    if (text !== null && RULE.test(text) && !OTHER.test(text)) found.push(text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/**
 * The ids of all rules in the engine's source.
 * @param engine folder of the engine
 * @returns ids, and patterns of those that are put together; sorted
 */
export function rulesOf(engine: string): string[] {
  const files = readdirSync(engine, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts') && !ABOUT_RULES.test(name));
  const rules = files.flatMap((name) => rulesIn(ts.createSourceFile(name, readFileSync(join(engine, name), 'utf8'), ts.ScriptTarget.Latest)));
  return [...new Set(rules)].sort();
}

function pattern(rule: string): RegExp {
  return new RegExp(`^${rule.replace(/[.]/g, '\\.').replace(/\*/g, '.+')}$`);
}

/** @returns the rules that were not reached: a pattern is reached by any id that it matches, and the beginning of ids by any that goes on from it. */
export function unreached(rules: readonly string[], reached: ReadonlySet<string>): string[] {
  const ids = [...reached];
  const wasReached = (rule: string): boolean => {
    const some = rule.includes('*') ? pattern(rule) : null;
    if (some) return ids.some((id) => some.test(id));
    return reached.has(rule) || ids.some((id) => id.startsWith(`${rule}/`));
  };
  return rules.filter((rule) => !wasReached(rule));
}

/** @returns the ids that processes of a test run have left in a folder. */
export function reachedIn(folder: string): ReadonlySet<string> {
  return new Set(readdirSync(folder).flatMap((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as string[]));
}
