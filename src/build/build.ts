import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { generateValidators } from './generate-validators.ts';
import { projectRoot } from './project-root.ts';
import { writeIfChanged } from './write-if-changed.ts';

/**
 * Builds everything that is not committed: validators, bundle, code cache, licence texts.
 * @param root the repository
 * @returns one line about what was built
 */
export async function buildAll(root: string): Promise<string> {
  generateValidators(root);
  // esbuild and the rest only after the validators, which the bundle's sources import.
  const { bundle } = await import('./bundle.ts');
  const { thirdPartyLicences } = await import('./licences.ts');
  const { writeCodeCache } = await import('./code-cache.ts');
  const built = await bundle(root);
  writeIfChanged(join(root, 'THIRD-PARTY-LICENSES'), thirdPartyLicences(root, built.metafile));
  const cached = writeCodeCache(built);
  return `built bin/cpueval.cjs (${Math.round(built.bytes / 1024)} KB) and its code cache (${Math.round(cached / 1024)} KB)`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (process.argv.includes('--schemas')) generateValidators(projectRoot);
  else process.stdout.write(`${await buildAll(projectRoot)}\n`);
}
