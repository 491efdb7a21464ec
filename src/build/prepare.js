// Run by npm after an install. Plain JavaScript, since it must be able to say that tsx is not there.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const missing = ['tsx', 'esbuild', 'ajv', 'commander'].filter((name) => {
  try {
    createRequire(import.meta.url).resolve(name);
    return false;
  } catch {
    return true;
  }
});

if (missing.length > 0) {
  process.stderr.write(`cpueval was not built: development packages are missing (${missing.join(', ')}); run \`npm ci --include=dev\`\n`);
} else {
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', 'src/build/build.ts'], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
}
