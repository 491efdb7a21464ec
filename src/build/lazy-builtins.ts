import type { Plugin } from 'esbuild';

/**
 * commander requires node:child_process at start for a feature we do not use (commands that are programs of their own), and
 * loading it takes 3 of the 24 milliseconds that Node needs for nothing. The bundle gets a stand-in that loads it when it is called.
 */
export const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup(build) {
    build.onResolve({ filter: /^(node:)?child_process$/ }, ({ importer }) =>
      /[\\/]node_modules[\\/]commander[\\/]/.test(importer) ? { path: 'child_process', namespace: 'lazy' } : null,
    );
    build.onLoad({ filter: /.*/, namespace: 'lazy' }, () => ({
      contents: `exports.spawn = (...given) => require('node:child_process').spawn(...given);`,
      loader: 'js',
    }));
  },
};
