package org.headwater.backend.cuda.internal;

import static org.bytedeco.cuda.global.cudart.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static org.bytedeco.cuda.global.cudart.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;
import static org.bytedeco.cuda.global.cudart.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT;
import static org.bytedeco.cuda.global.cudart.CU_DEVICE_ATTRIBUTE_SINGLE_TO_DOUBLE_PRECISION_PERF_RATIO;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.cudart.CUctx_st;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * CUDA's driver and its compiler NVRTC, by JavaCPP. Nothing else in this bundle touches JavaCPP but
 * {@link Device}; both are loaded only when the {@link Libraries} are there.
 */
final class Driver {
    /** CUDA's major version that the bundle is built for; a constant, which loads nothing. */
    static final int MAJOR = cudart.CUDA_VERSION / 1000;

    private static final String CACHE = "org.bytedeco.javacpp.cachedir";

    private Driver() {}

    /**
     * Loads the libraries and starts the driver.
     *
     * @param natives folder for the libraries of JNI calls
     * @throws CudaException if the driver does not start
     * @throws UnsatisfiedLinkError if a library cannot be loaded
     */
    static void start(List<Path> libraries, Path natives) throws CudaException {
        for (Path library : libraries) {
            load(library);
        }
        // ND4J's JavaCPP reads the same property for its own folder.
        String before = System.getProperty(CACHE);
        System.setProperty(CACHE, natives.toString());
        try {
            Loader.load(cudart.class);
            Loader.load(nvrtc.class);
        } finally {
            if (before == null) {
                System.clearProperty(CACHE);
            } else {
                System.setProperty(CACHE, before);
            }
        }
        check(cudart.cuInit(0), "starting the driver");
    }

    private static void load(Path library) {
        try {
            System.load(library.toAbsolutePath().toString());
        } catch (UnsatisfiedLinkError e) {
            // An earlier copy of this bundle has loaded it: it is in the process, which is enough.
            if (!String.valueOf(e.getMessage()).contains("already loaded in another")) {
                throw e;
            }
        }
    }

    /** All cards of this machine. */
    static List<Card> cards() throws CudaException {
        int[] number = new int[1];
        check(cudart.cuDriverGetVersion(number), "asking for the driver's version");
        int driver = number[0];
        check(cudart.cuDeviceGetCount(number), "counting the cards");
        List<Card> cards = new ArrayList<>();
        int count = number[0];
        for (int index = 0; index < count; index++) {
            check(cudart.cuDeviceGet(number, index), "asking for card " + index);
            int handle = number[0];
            byte[] name = new byte[256];
            check(cudart.cuDeviceGetName(name, name.length, handle), "asking for a card's name");
            cards.add(
                    new Card(
                            index,
                            new String(name, StandardCharsets.UTF_8).split("\0")[0],
                            10 * attribute(handle, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
                                    + attribute(
                                            handle, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
                            attribute(handle, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
                            attribute(
                                    handle,
                                    CU_DEVICE_ATTRIBUTE_SINGLE_TO_DOUBLE_PRECISION_PERF_RATIO),
                            driver));
        }
        return cards;
    }

    private static int attribute(int handle, int attribute) throws CudaException {
        int[] value = new int[1];
        check(cudart.cuDeviceGetAttribute(value, attribute, handle), "asking for an attribute");
        return value[0];
    }

    /** A context of a card, shared with whoever else uses the card in this process. */
    static CUctx_st context(Card card) throws CudaException {
        CUctx_st context = new CUctx_st();
        check(cudart.cuDevicePrimaryCtxRetain(context, card.index()), "opening " + card);
        return context;
    }

    /** Version of the compiler, e.g. {@code 13.0}. */
    static String compiler() throws CudaException {
        int[] major = new int[1];
        int[] minor = new int[1];
        checkCompiler(nvrtc.nvrtcVersion(major, minor), "asking for the compiler's version", "");
        return major[0] + "." + minor[0];
    }

    /**
     * Machine code for a card.
     *
     * @param capability compute capability times ten
     */
    static byte[] compile(String source, int capability) throws CudaException {
        _nvrtcProgram program = new _nvrtcProgram();
        try (BytePointer text = new BytePointer(source, StandardCharsets.UTF_8);
                BytePointer name = new BytePointer("headwater.cu");
                BytePointer target = new BytePointer("--gpu-architecture=sm_" + capability);
                BytePointer language = new BytePointer("--std=c++17");
                PointerPointer<BytePointer> options = new PointerPointer<>(target, language);
                PointerPointer<BytePointer> none = new PointerPointer<>((BytePointer) null)) {
            checkCompiler(
                    nvrtc.nvrtcCreateProgram(program, text, name, 0, none, none),
                    "preparing a kernel",
                    "");
            try (SizeTPointer size = new SizeTPointer(1)) {
                int code = nvrtc.nvrtcCompileProgram(program, 2, options);
                if (code != 0) {
                    nvrtc.nvrtcGetProgramLogSize(program, size);
                    byte[] log = new byte[(int) size.get()];
                    nvrtc.nvrtcGetProgramLog(program, log);
                    checkCompiler(
                            code,
                            "compiling for compute capability " + capability / 10.0,
                            ": " + new String(log, StandardCharsets.UTF_8).split("\0")[0]);
                }
                checkCompiler(nvrtc.nvrtcGetCUBINSize(program, size), "asking for code", "");
                byte[] machineCode = new byte[(int) size.get()];
                checkCompiler(nvrtc.nvrtcGetCUBIN(program, machineCode), "asking for code", "");
                return machineCode;
            } finally {
                nvrtc.nvrtcDestroyProgram(program);
            }
        }
    }

    /** Brings machine code onto the card of the current context. */
    static CUmod_st module(byte[] machineCode) throws CudaException {
        CUmod_st module = new CUmod_st();
        try (BytePointer image = new BytePointer(machineCode)) {
            check(cudart.cuModuleLoadData(module, image), "loading machine code");
        }
        return module;
    }

    /** A kernel of a module. */
    static CUfunc_st kernel(CUmod_st module, String name) throws CudaException {
        CUfunc_st kernel = new CUfunc_st();
        check(cudart.cuModuleGetFunction(kernel, module, name), "looking for kernel " + name);
        return kernel;
    }

    /** Throws if a call of the driver did not succeed. */
    static void check(int code, String call) throws CudaException {
        if (code == 0) {
            return;
        }
        try (PointerPointer<BytePointer> name = new PointerPointer<>(1)) {
            boolean known = cudart.cuGetErrorName(code, name) == 0;
            throw new CudaException(
                    call, known ? name.get(BytePointer.class).getString() : "error " + code);
        }
    }

    private static void checkCompiler(int code, String call, String log) throws CudaException {
        if (code != 0) {
            throw new CudaException(call, nvrtc.nvrtcGetErrorString(code).getString() + log);
        }
    }
}
