"""CLIP's image encoders in PyTorch, the peer of bench/clip.ts and the source of test/vision's expected figures.

argv: one JSON object with `config` (as src/vision has it), `batch` and `threads`. Weights and images are computed from
their names (scripts/parity/clip-formula.ts has the same rules). Prints the outputs' numbers that `figures` asks for,
or, with `bench`, first all of the outputs as raw float32 and then one time for each line on standard input.
"""
import json
import math
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

asked = json.loads(sys.argv[1])
config = asked["config"]
torch.set_num_threads(asked.get("threads", 2))


def formula(name, shape, a, b):
    seed = 0x811C9DC5
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x01000193) & 0xFFFFFFFF
    with np.errstate(over="ignore"):
        x = np.arange(math.prod(shape), dtype=np.uint32) * np.uint32(0x9E3779B9) + np.uint32(seed)
        x ^= x >> np.uint32(16)
        x *= np.uint32(0x85EBCA6B)
        x ^= x >> np.uint32(13)
        x *= np.uint32(0xC2B2AE35)
        x ^= x >> np.uint32(16)
    values = (2 * (x.astype(np.float64) / 2**32) - 1) * a + b
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


def spread(name, shape):
    """(a, b) of a tensor by its name: scaled so that activations stay in range."""
    if name.endswith("running_var"):
        return 0.5, 1
    if name.endswith(("running_mean", "bias")):
        return 0.1, 0
    if name.endswith("positional_embedding"):
        return 0.1, 0
    if name.endswith("class_embedding"):
        return 1, 0
    if name.endswith("bn3.weight") and ".layer" in name:
        return 0.1, 0.3  # what a block adds: 33 blocks must not multiply up
    if len(shape) == 1:
        return 0.2, 1
    if name.endswith("visual.proj"):
        return math.sqrt(3 / shape[0]), 0
    return math.sqrt((6 if len(shape) == 4 else 3) / math.prod(shape[1:])), 0


made = {}


def weight(name, *shape):
    if name not in made:
        made[name] = formula("visual." + name, shape, *spread("visual." + name, shape))
    return made[name]


def norm_conv(x, conv, norm, outputs, side, stride=1):
    x = F.conv2d(x, weight(f"{conv}.weight", outputs, x.shape[1], side, side), stride=stride, padding=side // 2)
    stats = [weight(f"{norm}.{name}", outputs) for name in ("running_mean", "running_var", "weight", "bias")]
    return F.batch_norm(x, *stats, training=False, eps=1e-5)


def linear(x, name, outputs):
    return F.linear(x, weight(f"{name}.weight", outputs, x.shape[-1]), weight(f"{name}.bias", outputs))


def heads(x):
    return x.unflatten(-1, (-1, 64)).transpose(1, 2)


def attend(q, k, v):
    return F.scaled_dot_product_attention(heads(q), heads(k), heads(v)).transpose(1, 2).flatten(2)


def norm(x, name):
    width = x.shape[-1]
    return F.layer_norm(x, (width,), weight(f"{name}.weight", width), weight(f"{name}.bias", width), 1e-5)


def resnet(x):
    width = config["width"]
    x = F.relu(norm_conv(x, "conv1", "bn1", width // 2, 3, 2))
    x = F.relu(norm_conv(x, "conv2", "bn2", width // 2, 3))
    x = F.avg_pool2d(F.relu(norm_conv(x, "conv3", "bn3", width, 3)), 2)
    for stage, count in enumerate(config["blocks"]):
        planes = width * 2**stage
        for block in range(count):
            at = f"layer{stage + 1}.{block}."
            stride = 2 if stage > 0 and block == 0 else 1
            y = F.relu(norm_conv(x, at + "conv1", at + "bn1", planes, 1))
            y = F.relu(norm_conv(y, at + "conv2", at + "bn2", planes, 3))
            y = norm_conv(F.avg_pool2d(y, stride), at + "conv3", at + "bn3", 4 * planes, 1)
            if block == 0:
                x = norm_conv(F.avg_pool2d(x, stride), at + "downsample.0", at + "downsample.1", 4 * planes, 1)
            x = F.relu(x + y)
    grid = x.flatten(2).transpose(1, 2)
    if asked["output"] == "grid":
        return grid
    tokens = torch.cat([grid.mean(1, keepdim=True), grid], 1)
    if config["positions"] == "learned":
        tokens = tokens + weight("attnpool.positional_embedding", *tokens.shape[1:])
    q, k, v = (linear(tokens, f"attnpool.{name}_proj", tokens.shape[-1]) for name in "qkv")
    return linear(attend(q[:, :1], k, v), "attnpool.c_proj", config["pooledWidth"])


def vit(x):
    width, patch = config["width"], config["patch"]
    x = F.conv2d(x, weight("conv1.weight", width, 3, patch, patch), stride=patch).flatten(2).transpose(1, 2)
    x = torch.cat([weight("class_embedding", width).expand(len(x), 1, width), x], 1)
    if config["positions"] == "learned":
        x = x + weight("positional_embedding", *x.shape[1:])
    x = norm(x, "ln_pre")
    for index in range(config["layers"]):
        at = f"transformer.resblocks.{index}."
        whole = weight(at + "attn.in_proj_weight", 3 * width, width), weight(at + "attn.in_proj_bias", 3 * width)
        q, k, v = F.linear(norm(x, at + "ln_1"), *whole).chunk(3, -1)
        x = x + linear(attend(q, k, v), at + "attn.out_proj", width)
        hidden = linear(norm(x, at + "ln_2"), at + "mlp.c_fc", config["ffnWidth"])
        x = x + linear(hidden * torch.sigmoid(1.702 * hidden), at + "mlp.c_proj", width)
    if asked["output"] == "tokens":
        return x
    if asked["output"] == "grid":
        return x[:, 1:]
    return norm(x[:, :1], "ln_post") @ weight("proj", width, config["pooledWidth"])


encode = {"clip-resnet": resnet, "clip-vit": vit}[config["name"]]
side = asked.get("imageSize", config["imageSize"])
images = formula("images", (asked["batch"], 3, side, side), 1.5, 0)
with torch.inference_mode():
    output = encode(images)
    if asked["mode"] == "figures":
        flat = output.flatten().double()
        picked = [round(float(flat[i * (len(flat) - 1) // 15]), 7) for i in range(16)]
        print(json.dumps({"shape": list(output.shape), "picked": picked, "rms": float(flat.square().mean().sqrt())}))
    else:
        # A weight in the layout that oneDNN likes best, as a user would have it who asks for speed.
        if asked.get("channelsLast"):
            images = images.to(memory_format=torch.channels_last)
            for name, value in made.items():
                if value.dim() == 4:
                    made[name] = value.to(memory_format=torch.channels_last)
        output.numpy().tofile(asked["file"])
        print(json.dumps({"shape": list(output.shape)}), flush=True)
        for _ in sys.stdin:
            start = time.perf_counter()
            encode(images)
            print(json.dumps({"ms": (time.perf_counter() - start) * 1000}), flush=True)
