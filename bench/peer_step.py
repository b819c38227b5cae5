"""The peer of bench/step.ts: the same VL-BART with VL-PET-large in eager PyTorch. One step for each line on stdin.

Written from the equations (docs in ../shared/spec are not needed to run it); random weights, the same sizes, frozen
backbone with requires_grad=False, AdamW over the trained parameters only.
"""
import json
import resource
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

size = json.loads(sys.argv[1])
D, H, FFN, RANK = size["width"], size["heads"], size["ffnWidth"], size["rank"]
torch.manual_seed(0)
torch.set_num_threads(size["threads"])


class Bottleneck(nn.Module):
    def __init__(self):
        super().__init__()
        self.down, self.up = nn.Linear(D, RANK), nn.Linear(RANK, D)

    def forward(self, x):
        return self.up(F.gelu(self.down(x), approximate="tanh"))


class Gated(nn.Module):
    """h' = G * (h + delta), G = sigmoid of a bottleneck on x."""

    def __init__(self):
        super().__init__()
        self.adapter, self.gate = Bottleneck(), Bottleneck()

    def forward(self, x, h):
        return torch.sigmoid(self.gate(x)) * (h + self.adapter(h))


class Attention(nn.Module):
    def __init__(self, value_adapter=False):
        super().__init__()
        self.q, self.k, self.v, self.out = (nn.Linear(D, D) for _ in range(4))
        self.pet = Bottleneck() if value_adapter else None

    def forward(self, x, states, mask):
        def heads(y):
            return y.view(y.shape[0], y.shape[1], H, D // H).transpose(1, 2)

        value = self.v(states) if self.pet is None else self.v(states) + self.pet(states)
        scores = heads(self.q(x)) @ heads(self.k(states)).transpose(2, 3) * (D // H) ** -0.5 + mask
        weights = F.dropout(scores.softmax(-1), size["dropRate"])
        return self.out((weights @ heads(value)).transpose(1, 2).reshape(x.shape))


class Layer(nn.Module):
    def __init__(self, decoder):
        super().__init__()
        self.attention, self.norm1 = Attention(), nn.LayerNorm(D)
        self.cross, self.norm2 = (Attention(True), nn.LayerNorm(D)) if decoder else (None, None)
        self.fc1, self.fc2, self.norm3 = nn.Linear(D, FFN), nn.Linear(FFN, D), nn.LayerNorm(D)
        self.pet1, self.pet2 = (None, None) if decoder else (Gated(), Gated())

    def forward(self, x, mask, states=None, memory_mask=None):
        p = size["dropRate"]
        h = self.attention(x, x, mask)
        x = self.norm1(x + F.dropout(h if self.pet1 is None else self.pet1(x, h), p))
        if self.cross is not None:
            x = self.norm2(x + F.dropout(self.cross(x, states, memory_mask), p))
        h = self.fc2(F.dropout(F.gelu(self.fc1(x)), p))
        return self.norm3(x + F.dropout(h if self.pet2 is None else self.pet2(x, h), p))


class VlBart(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(size["vocabulary"], D)
        self.places, self.target_places = nn.Embedding(1026, D), nn.Embedding(1026, D)
        self.norm_in, self.norm_out = nn.LayerNorm(D), nn.LayerNorm(D)
        self.project, self.norm_feat = nn.Linear(size["featureWidth"], D), nn.LayerNorm(D)
        self.box, self.norm_box = nn.Linear(5, D), nn.LayerNorm(D)
        self.image = nn.Embedding(2, D)
        self.encoder = nn.ModuleList(Layer(False) for _ in range(size["encoderLayers"]))
        self.decoder = nn.ModuleList(Layer(True) for _ in range(size["decoderLayers"]))
        self.requires_grad_(False)
        visual = (self.project, self.norm_feat, self.box, self.norm_box, self.image, self.norm_in)
        pets = [m for m in self.modules() if isinstance(m, Bottleneck)]
        norms = [m for layer in self.encoder for m in (layer.norm1, layer.norm3)]
        for module in (*visual, *pets, *norms):
            module.requires_grad_(True)

    def forward(self, ids, features, decoder_ids, labels, weights):
        n, text, t = len(ids), ids.shape[1], decoder_ids.shape[1]
        grid = features.transpose(1, 2).view(n, -1, 7, 7)
        pooled = F.max_pool2d(grid, 2, 1).flatten(2).transpose(1, 2)
        orders = self.table.weight[-pooled.shape[1] :].flip(0) + self.image.weight[0]
        boxes = self.norm_box(self.box(torch.zeros(n, pooled.shape[1], 5)))
        seen = self.norm_feat(self.project(pooled)) + boxes + orders
        read = self.norm_in(self.table(ids) + self.places.weight[2 : 2 + text])
        x = F.dropout(torch.cat([read, seen], 1), size["dropRate"])
        mask = torch.zeros(n, 1, 1, x.shape[1])
        for layer in self.encoder:
            x = layer(x, mask)
        y = self.norm_out(self.table(decoder_ids) + self.target_places.weight[2 : 2 + t])
        y = F.dropout(y, size["dropRate"])
        causal = torch.full((t, t), -1e9).triu(1)
        for layer in self.decoder:
            y = layer(y, causal, x, mask)
        losses = F.cross_entropy((y @ self.table.weight.T).flatten(0, 1), labels.flatten(), reduction="none")
        return (losses * weights.flatten()).sum()


model = VlBart()
trained = [p for p in model.parameters() if p.requires_grad]
optimizer = torch.optim.AdamW(trained, lr=1e-3)
batch = size["batch"]
ids = torch.randint(3, 1000, (batch, size["text"]))
features = torch.rand(batch, 49, size["featureWidth"])
labels = torch.randint(3, 1000, (batch, size["target"]))
decoder_ids = torch.cat([torch.full((batch, 1), 2), labels[:, :-1]], 1)
weights = torch.full(labels.shape, 1 / labels.numel())
print(json.dumps({"trained": sum(p.numel() for p in trained)}), flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    loss = model(ids, features, decoder_ids, labels, weights)
    loss.backward()
    nn.utils.clip_grad_norm_(trained, 5)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    elapsed = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"ms": elapsed * 1000, "peakMb": peak}), flush=True)
