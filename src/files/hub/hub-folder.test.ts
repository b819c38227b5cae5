import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { lstat, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { hubFolder } from "./hub-folder.ts";
import { hubReference } from "./hub-reference.ts";
import { hubSettings } from "./hub-settings.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const REPOSITORY = "models--some--bart";

let home = "";
beforeEach(async () => (home = await mkdtemp(join(tmpdir(), "vl-pet-hub-"))));
afterEach(() => rm(home, { recursive: true }));

/** Puts a model into the cache as Hugging Face's library does: blobs, and links to them. */
async function cache(files: Readonly<Record<string, string>>): Promise<string> {
  const root = join(home, "hub", REPOSITORY);
  const snapshot = join(root, "snapshots", COMMIT);
  await mkdir(join(root, "blobs"), { recursive: true });
  await mkdir(join(root, "refs"), { recursive: true });
  await mkdir(snapshot, { recursive: true });
  await writeFile(join(root, "refs/main"), COMMIT);
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(root, "blobs", `of-${name}`), content);
    await symlink(`../../blobs/of-${name}`, join(snapshot, name));
  }
  return snapshot;
}

describe("hubReference", () => {
  it.each([
    ["hub:facebook/bart-base", "facebook/bart-base", "main"],
    ["hub:t5-base@v1.1", "t5-base", "v1.1"],
    ["hub:a/b@refs/pr/3", "a/b", "refs/pr/3"],
  ])("reads %s", (text, repository, revision) => {
    expect(hubReference(text)).toEqual({ text, repository, revision });
  });

  it.each([
    "hub:",
    "hub:../../etc",
    "hub:a/b/c",
    "hub:a/../b",
    "hub:a/b@../x",
    "hub:a b/c",
    "a/b",
    "hub:a--b/c",
  ])("refuses %s", (text) => {
    expect(() => hubReference(text)).toThrow("hub:OWNER/NAME");
  });
});

describe("hubSettings", () => {
  it("follows the variables of Hugging Face's library", () => {
    expect(hubSettings({ HF_HOME: "/h" }).cache).toBe("/h/hub");
    expect(hubSettings({ HF_HOME: "/h", HF_HUB_CACHE: "/c" }).cache).toBe("/c");
    expect(hubSettings({ XDG_CACHE_HOME: "/x" }).cache).toBe("/x/huggingface/hub");
    expect(hubSettings({}).cache).toMatch(/\.cache\/huggingface\/hub$/);
    expect(hubSettings({ HF_ENDPOINT: "http://mirror/" }).endpoint).toBe("http://mirror");
    expect(hubSettings({ HF_HUB_OFFLINE: "1" }).isOffline).toBe(true);
    expect(hubSettings({ TRANSFORMERS_OFFLINE: "TRUE", HF_HUB_OFFLINE: "0" }).isOffline).toBe(true);
    expect(hubSettings({ HF_HUB_OFFLINE: "0", HF_TOKEN: "" })).toMatchObject({
      isOffline: false,
      token: null,
    });
  });
});

function offline(): Record<string, string> {
  return { HF_HOME: home, HF_HUB_OFFLINE: "1" };
}

describe("a model in the cache", () => {
  it("is used as it is", async () => {
    const snapshot = await cache({ "config.json": "{}", "pytorch_model.bin": "weights" });
    expect(await hubFolder("hub:some/bart", "model", offline())).toBe(snapshot);
    expect(await hubFolder(`hub:some/bart@${COMMIT}`, "model", offline())).toBe(snapshot);
  });

  it("is used without a question to the network", async () => {
    const snapshot = await cache({ "config.json": "{}", "model.safetensors": "weights" });
    const nowhere = { HF_HOME: home, HF_ENDPOINT: "http://127.0.0.1:65533" };
    expect(await hubFolder("hub:some/bart", "model", nowhere)).toBe(snapshot);
  });

  it("has to have what is needed", async () => {
    await cache({ "config.json": "{}" });
    await expect(hubFolder("hub:some/bart", "model", offline())).rejects.toThrow(
      "model.safetensors or pytorch_model.bin",
    );
    await expect(hubFolder("hub:some/bart", "tokenizer", offline())).rejects.toThrow("spiece.model");
  });

  it("is missed with a way out when the network is switched off", async () => {
    const missing = hubFolder("hub:some/t5", "model", offline());
    await expect(missing).rejects.toMatchObject({ kind: "checkpoint" });
    await expect(missing).rejects.toThrow(
      /not in the local cache[^]*no such revision in[^]*unset HF_HUB_OFFLINE/,
    );
    await cache({ "config.json": "{}", "model.safetensors": "" });
    await expect(hubFolder("hub:some/bart@other", "model", offline())).rejects.toThrow("no such revision");
  });

  it("is missed with a way out when there is no network", async () => {
    const nowhere = { HF_HOME: home, HF_ENDPOINT: "http://127.0.0.1:65533" };
    await expect(hubFolder("hub:some/bart", "model", nowhere)).rejects.toThrow(
      /127\.0\.0\.1:65533: the model could not be had[^]*ECONNREFUSED[^]*download the model elsewhere/,
    );
  });
});

/** Files of the made-up Hub. Large ones are known by their SHA-256, small ones by a name that Git gives. */
const FILES: Readonly<Record<string, string>> = {
  "config.json": '{ "model_type": "bart" }',
  "model.safetensors": "weights ".repeat(5000),
  "pytorch_model.bin": "not wanted",
  "tf_model.h5": "not wanted either",
  "vocab.json": "{}",
  "merges.txt": "#version: 0.2",
};
const LARGE = new Set(["model.safetensors", "pytorch_model.bin", "tf_model.h5"]);

describe("a model on the Hub", () => {
  let server: Server;
  let endpoint = "";
  let asked: string[] = [];
  let tokens: (string | undefined)[] = [];
  let served: Readonly<Record<string, string>> = FILES;

  function pathInfo(name: string): object {
    const content = FILES[name] ?? "";
    const oid = createHash("sha1").update(content).digest("hex");
    const info = { type: "file", path: name, oid, size: content.length };
    if (!LARGE.has(name)) return info;
    const sha256 = createHash("sha256").update(content).digest("hex");
    return { ...info, lfs: { oid: sha256, size: content.length, pointerSize: 100 } };
  }

  function sendFile(request: IncomingMessage, response: ServerResponse, name: string): void {
    const content = Buffer.from(served[name] ?? "");
    const [, first, last] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? "") ?? [];
    response.setHeader("ETag", `"${name}"`);
    if (first === undefined) {
      response.end(content);
      return;
    }
    const end = Math.min(last ? Number(last) : content.length - 1, content.length - 1);
    response.statusCode = 206;
    response.setHeader("Content-Range", `bytes ${first}-${end}/${content.length}`);
    response.end(content.subarray(Number(first), end + 1));
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? "";
    asked.push(`${request.method} ${url.replace(/\?.*/, "")}`);
    tokens.push(request.headers.authorization);
    const json = (value: unknown): void => {
      response.setHeader("Content-Type", "application/json");
      response.end(JSON.stringify(value));
    };
    if (url.startsWith("/api/models/some/bart/revision/main")) {
      const siblings = Object.keys(FILES).map((rfilename) => ({ rfilename }));
      json({ _id: "1", id: "some/bart", sha: COMMIT, siblings, lastModified: "2024-01-01T00:00:00Z" });
    } else if (url === `/api/models/some/bart/paths-info/${COMMIT}`) {
      let body = "";
      for await (const part of request) body += String(part);
      json((JSON.parse(body) as { paths: string[] }).paths.map(pathInfo));
    } else if (url.startsWith(`/some/bart/resolve/${COMMIT}/`)) {
      sendFile(request, response, url.split("/").at(-1) ?? "");
    } else {
      response.statusCode = url.includes("/some/gated") ? 401 : 404;
      json({ error: url.includes("/some/gated") ? "Access is restricted" : "Repository not found" });
    }
  }

  beforeAll(async () => {
    server = createServer((request, response) => {
      answer(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    [asked, tokens, served] = [[], [], FILES];
  });
  afterAll(() => new Promise((done) => server.close(done)));

  const online = (): Record<string, string> => ({
    HF_HOME: home,
    HF_ENDPOINT: endpoint,
    HF_TOKEN: "hf_madeUp",
  });

  it("is downloaded once, in the layout of the cache, with the token", async () => {
    const folder = await hubFolder("hub:some/bart", "model", online());
    expect(folder).toBe(join(home, "hub", REPOSITORY, "snapshots", COMMIT));
    const wanted = ["config.json", "merges.txt", "model.safetensors", "vocab.json"];
    expect(readdirSync(folder).toSorted()).toEqual(wanted);
    for (const name of wanted) expect(await readFile(join(folder, name), "utf8")).toBe(FILES[name]);
    expect((await lstat(join(folder, "model.safetensors"))).isSymbolicLink()).toBe(true);
    expect(await readFile(join(home, "hub", REPOSITORY, "refs/main"), "utf8")).toBe(COMMIT);
    expect(new Set(tokens)).toEqual(new Set(["Bearer hf_madeUp"]));

    asked = [];
    expect(await hubFolder("hub:some/bart", "model", { ...online(), HF_HUB_OFFLINE: "1" })).toBe(folder);
    expect(asked).toEqual([]);
  });

  it("comes without its weights when only the tokenizer is wanted, and the weights follow", async () => {
    const folder = await hubFolder("hub:some/bart", "tokenizer", online());
    expect(readdirSync(folder)).not.toContain("model.safetensors");
    asked = [];
    expect(await hubFolder("hub:some/bart", "model", online())).toBe(folder);
    expect(
      asked.filter((one) => one.includes("resolve")).every((one) => one.endsWith("model.safetensors")),
    ).toBe(true);
    expect(readdirSync(folder)).toContain("model.safetensors");
  });

  it.each([
    ["cut off", (content: string) => content.slice(0, -1), "bytes"],
    ["altered", (content: string) => content.replace("weights", "weight5"), "SHA-256"],
  ])("is refused when a file arrives %s", async (_, damage, words) => {
    served = { ...FILES, "model.safetensors": damage(FILES["model.safetensors"] ?? "") };
    await expect(hubFolder("hub:some/bart", "model", online())).rejects.toThrow(words);
    const root = join(home, "hub", REPOSITORY);
    expect(existsSync(join(root, "snapshots", COMMIT, "model.safetensors"))).toBe(false);
    expect(readdirSync(join(root, "blobs")).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    served = FILES;
    await expect(hubFolder("hub:some/bart", "model", online())).resolves.toContain(COMMIT);
  });

  it.each([
    ["hub:some/other", "check the owner, the name and the revision"],
    ["hub:some/gated", "set HF_TOKEN"],
  ])("%s cannot be had, with the reason", async (text, words) => {
    await expect(hubFolder(text, "model", online())).rejects.toThrow(words);
  });
});
