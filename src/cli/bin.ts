import { main, start } from './main.ts';

// The build plays a few command lines through this before it takes the code cache.
export { main };

start();
