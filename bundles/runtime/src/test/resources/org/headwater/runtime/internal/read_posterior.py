"""Opens posterior.zarr of a run with xarray and compares it with posterior.npy and summary.csv."""
import csv
import sys
import warnings
from pathlib import Path

import numpy as np
import xarray as xr

run = Path(sys.argv[1])
store = str(run / "posterior.zarr")
warnings.simplefilter("error", RuntimeWarning)  # xarray's, where the consolidated metadata are missing

posterior = xr.open_zarr(store, group="posterior")
blocks = [name for name in posterior.data_vars]
npy = np.load(run / "posterior.npy")
rows = list(csv.DictReader(open(run / "summary.csv")))
field = posterior[next(b for b in blocks if posterior[b].attrs["role"] == "field")]
assert field.dims[:2] == ("chain", "draw"), field.dims
flat = field.values.reshape(-1, int(np.prod(field.shape[2:])))
d = flat.shape[1]
assert np.array_equal(flat, npy[:, :d]), "draws differ from posterior.npy"
assert not np.isnan(flat).any(), "padding was read"
names = posterior[sys.argv[2]].values.ravel()
assert [r["name"] for r in rows[:d]] == list(names), names
assert np.allclose(flat.mean(0), [float(r["mean"]) for r in rows[:d]], rtol=0, atol=1e-12)
assert np.allclose(flat.std(0), [float(r["sd"]) for r in rows[:d]], rtol=0, atol=1e-12)
for column, p in (("q05", 0.05), ("q50", 0.5), ("q95", 0.95)):
    mine = [float(r[column]) for r in rows[:d]]
    assert np.allclose(np.quantile(flat, p, axis=0), mine, rtol=0, atol=1e-12), column
for column in [c for c in rows[0] if c.startswith("p>")]:
    mine = [float(r[column]) for r in rows[:d]]
    assert np.allclose((flat > float(column[2:])).mean(0), mine, rtol=0, atol=1e-12), column
    print("exceedance", column)
assert list(posterior.chain.values) == list(range(field.shape[0]))
assert list(posterior.draw.values) == list(range(field.shape[1]))

observed = xr.open_zarr(store, group="observed_data")
again = xr.open_zarr(store, group="posterior_predictive")
constant = xr.open_zarr(store, group="constant_data")
stats = xr.open_zarr(store, group="sample_stats")
assert observed.data.dims == ("datum",)
assert again.data.dims == ("chain", "draw", "datum")
assert np.isfinite(again.data.values).all()
assert set(again.coords) >= {"posterior_chain", "posterior_draw"}
assert "created_at" not in posterior.attrs
if "lp" in stats:
    assert stats.lp.shape == field.shape[:2]
print("chains", field.shape[0])
print("draws", field.shape[1])
print("dims", " ".join(field.dims))
print("observed", " ".join(map(repr, observed.data.values.tolist())))
print("noise_sd", " ".join(map(repr, constant.noise_sd.values.tolist())))
print("kind", posterior.attrs["draw_kind"])
print("unit", field.attrs.get("units", ""))
print("steps", stats.sizes["iteration"])
root = xr.open_zarr(store)
if "prior" in root.attrs:
    print("noprior", root.attrs["prior"])
elif (run / "posterior.zarr" / "prior").exists():
    prior = xr.open_zarr(store, group="prior")
    before = xr.open_zarr(store, group="prior_predictive")
    draws = prior[field.name]
    assert draws.dims == field.dims and draws.attrs == field.attrs, draws
    assert list(prior[sys.argv[2]].values.ravel()) == list(names)
    assert before.data.dims == ("chain", "draw", "datum") and "prior_draw" in before.coords
    assert before.data.attrs == again.data.attrs
    assert prior.attrs["draw_kind"] == "independent draw"
    print("prior", " ".join(map(repr, draws.values.ravel().tolist())))
    print("prior_data", " ".join(map(repr, before.data.values.ravel().tolist())))
    print("prior_draw", *before.prior_draw.values.tolist())
if "lp" in stats:
    print("lp", repr(float(stats.lp[0, 0])), " ".join(map(repr, flat[0].tolist())))
if (run / "posterior.npz").exists():
    npz = np.load(run / "posterior.npz")
    for name in npz.files:
        group, variable = name.split("/")
        there = xr.open_zarr(store, group=group)[variable].values
        assert npz[name].shape == there.shape and (npz[name] == there).all(), name
    assert {"posterior/" + str(n) for n in posterior.variables} <= set(npz.files)
    print("npz same")
