#!/usr/bin/env node
/** The executable. Only this file is loaded by a Node that is too old for the rest. */
import module from "node:module";
import process from "node:process";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `illume: expected Node 22.18 or newer, but got ${process.versions.node}: install a newer one, or try npx -p node@24 -- illume ...`,
  );
  process.exitCode = 3;
} else {
  // Whoever reads the output may stop reading, as head does.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    throw error;
  });
  // Compiled code is kept between runs, which takes a third of a second off each; NODE_DISABLE_COMPILE_CACHE=1 turns it off.
  module.enableCompileCache();
  const { runProgram } = await import("./program.ts");
  process.exitCode = await runProgram(process.argv.slice(2));
}
