import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Two cores: each ORT session brings its own threads, so files run one after another.
    fileParallelism: false,
  },
});
