/** Lets node run the sources as they stand: `./x.js` in an import, or as the entry of a thread, is `./x.ts` on disk. */
import { existsSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

registerHooks({
  resolve: (specifier, context, next) => {
    if (!/^(?:\.|file:).*\.js$/.test(specifier)) return next(specifier, context);
    const source = new URL(specifier.replace(/\.js$/, ".ts"), context.parentURL);
    return next(existsSync(fileURLToPath(source)) ? source.href : specifier, context);
  },
});
