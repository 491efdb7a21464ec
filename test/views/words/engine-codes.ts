import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '../../../src');

function sourcesUnder(path: string): string[] {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path)
    .flatMap((name) => sourcesUnder(join(path, name)))
    .filter((name) => name.endsWith('.ts'));
}

/** Texts that an expression can be: both arms of a choice, not what the choice hangs on. */
function textsOf(expression: ts.Expression): string[] {
  if (ts.isStringLiteralLike(expression)) return [expression.text];
  if (ts.isParenthesizedExpression(expression) || ts.isAsExpression(expression)) return textsOf(expression.expression);
  if (ts.isConditionalExpression(expression)) return [...textsOf(expression.whenTrue), ...textsOf(expression.whenFalse)];
  if (ts.isBinaryExpression(expression)) return [...textsOf(expression.left), ...textsOf(expression.right)];
  return ts.isArrayLiteralExpression(expression) ? expression.elements.flatMap((one) => textsOf(one)) : [];
}

function nameOf(node: ts.Node): string {
  return ts.isIdentifier(node) || ts.isStringLiteral(node) ? node.text : '';
}

function walk(root: ts.Node, visit: (node: ts.Node) => string[]): string[] {
  const found: string[] = [];
  const go = (node: ts.Node): void => {
    found.push(...visit(node));
    ts.forEachChild(node, go);
  };
  go(root);
  return found;
}

function collect(path: string, visit: (node: ts.Node) => string[]): string[] {
  const sources = sourcesUnder(join(ROOT, path));
  const codes = sources.flatMap((file) => walk(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true), visit));
  return [...new Set(codes)].sort();
}

/**
 * Codes that the source gives to a property or a variable of some name, also inside choices.
 * @param path under src/
 * @param names what the property or variable is called
 */
export function codesNamed(path: string, names: RegExp): string[] {
  return collect(path, (node) => {
    if (ts.isPropertyAssignment(node) && names.test(nameOf(node.name))) return textsOf(node.initializer);
    if (ts.isVariableDeclaration(node) && node.initializer && names.test(nameOf(node.name))) return textsOf(node.initializer);
    const body =
      (ts.isFunctionDeclaration(node) || ts.isArrowFunction(node)) && ts.isFunctionDeclaration(node) && names.test(nameOf(node.name ?? node))
        ? node.body
        : undefined;
    return body ? walk(body, (inner) => (ts.isReturnStatement(inner) && inner.expression ? textsOf(inner.expression) : [])) : [];
  });
}

/** Codes that the source hands to functions of these names as their first argument. */
export function codesGivenTo(path: string, functions: RegExp): string[] {
  return collect(path, (node) => {
    if (!ts.isCallExpression(node) || !functions.test(nameOf(node.expression))) return [];
    const [first] = node.arguments;
    return first ? textsOf(first) : [];
  });
}

/** Codes that a function of this name pushes into a list. */
export function codesPushedIn(path: string, name: string): string[] {
  return collect(path, (node) => {
    if (!ts.isFunctionDeclaration(node) || node.name?.text !== name || !node.body) return [];
    return walk(node.body, (inner) =>
      ts.isCallExpression(inner) && ts.isPropertyAccessExpression(inner.expression) && inner.expression.name.text === 'push'
        ? inner.arguments.flatMap((one) => textsOf(one))
        : [],
    );
  });
}
