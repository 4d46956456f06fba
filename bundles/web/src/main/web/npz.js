/** Arrays of a NumPy .npz file (a zip of .npy files), those of doubles: name → Float64Array, row-major. */
export async function readNpz(blob) {
    const buffer = await blob.arrayBuffer();
    const arrays = {};
    for (const {name, method, start, size} of entries(new DataView(buffer))) {
        const raw = new Blob([new Uint8Array(buffer, start, size)]).stream();
        const plain = method === 0 ? raw : raw.pipeThrough(new DecompressionStream('deflate-raw'));
        arrays[name.replace(/\.npy$/, '')] = numbers(await new Response(plain).arrayBuffer());
    }
    return arrays;
}

/** The zip's entries, from its central directory. */
function entries(view) {
    let end = view.byteLength - 22;
    while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--;
    if (end < 0) throw new Error('The file is no zip, or not whole');
    const all = [];
    let at = view.getUint32(end + 16, true);
    for (let n = view.getUint16(end + 10, true); n > 0; n--) {
        const nameLength = view.getUint16(at + 28, true);
        const local = view.getUint32(at + 42, true);
        all.push({
            name: new TextDecoder().decode(new Uint8Array(view.buffer, at + 46, nameLength)),
            method: view.getUint16(at + 10, true),
            size: view.getUint32(at + 20, true),
            start: local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true),
        });
        at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    }
    return all;
}

/** The content of a .npy file of little-endian doubles; others are empty. */
function numbers(buffer) {
    const header = new TextDecoder('latin1').decode(new Uint8Array(buffer, 10, new DataView(buffer).getUint16(8, true)));
    return header.includes("'<f8'") ? new Float64Array(buffer.slice(10 + header.length)) : new Float64Array();
}
