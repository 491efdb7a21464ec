import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

export interface Import {
  readonly target: string;
  readonly typeOnly: boolean;
}

export interface Source {
  /** Path from the repository, with `/`. */
  readonly path: string;
  /** `engine`, `cli`, ... */
  readonly room: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

const STATIC = /^(?:import|export)\s+(type\s+)?(?:[^;'"]*?\sfrom\s+)?'([^']+)'/gms;
const DYNAMIC = /\bimport\(\s*'([^']+)'\s*\)/g;
/** `typeof import('x')` and `import('x').Name` in a type are erased. */
const TYPE_POSITION = /(?:typeof\s+|[:<|&(]\s*)$/;

/** @returns the imports of a module: what is erased when it is compiled is told from what is loaded. */
export function importsOf(text: string): Import[] {
  const found: Import[] = [];
  for (const match of text.matchAll(STATIC)) {
    const names = /\{([^}]*)\}/
      .exec(match[0])?.[1]
      ?.split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
    const allTypes = names !== undefined && names.length > 0 && names.every((name) => name.startsWith('type ')) && /^(?:import|export)\s*\{/.test(match[0]);
    found.push({ target: match[2] ?? '', typeOnly: match[1] !== undefined || allTypes });
  }
  for (const match of text.matchAll(DYNAMIC)) {
    const before = text.slice(Math.max(0, (match.index ?? 0) - 12), match.index);
    const after = text.slice((match.index ?? 0) + match[0].length, (match.index ?? 0) + match[0].length + 2);
    found.push({ target: match[1] ?? '', typeOnly: /typeof\s+$/.test(before) || (TYPE_POSITION.test(before) && /^\.[A-Z]/.test(after)) });
  }
  return found;
}

/** @returns every TypeScript file of `src/`, generated ones left out. */
export function sources(): Source[] {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .map((name) => `src/${name.replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith('.ts') && !name.startsWith('src/schema/generated/'))
    .sort();
  return files.map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return { path, room: path.split('/')[1] ?? '', text, imports: importsOf(text) };
  });
}

/** @returns the text without comments; strings stay. Good enough for our own formatted sources. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' ')).replace(/(^|[\s;{}(),])\/\/.*$/gm, '$1');
}

/** @returns the number of the line at an offset. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
