// Stands in for NVIDIA's driver and NVRTC. "Machine code" is a shared library made by g++ from the kernels and
// host.h; the file "compilations" counts how often. The driver has two cards whose memory is the host's and whose kernels run on the CPU. Memory is
// handed out filled with NaN, between guards. Every launch runs twice, with the threads in ascending and in
// descending order: a result that differs is a race. A file "fault" beside the library, "CALL CODE [LEFT]", lets a
// call fail, after LEFT more calls.
#include <dlfcn.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <vector>

namespace {

struct Dim {
    unsigned x, y, z;
};

struct Program {
    std::string source, log, code;
};

struct Module {
    void* library;
};

struct Function {
    Module* module;
    std::string name;
};

const size_t GUARD = 256;
const size_t MEMORY = size_t(1) << 30;

std::map<char*, size_t> blocks;
size_t used = 0;
int context;

std::string folder() {
    Dl_info info;
    dladdr(reinterpret_cast<void*>(&folder), &info);
    std::string path = info.dli_fname;
    return path.substr(0, path.rfind('/'));
}

std::string read(const std::string& path) {
    std::string all;
    if (FILE* in = std::fopen(path.c_str(), "rb")) {
        for (int c; (c = std::fgetc(in)) != EOF;) {
            all += (char) c;
        }
        std::fclose(in);
    }
    return all;
}

void write(const std::string& path, const std::string& text, const char* mode = "wb") {
    FILE* out = std::fopen(path.c_str(), mode);
    std::fwrite(text.data(), 1, text.size(), out);
    std::fclose(out);
}

int fault(const std::string& call) {
    std::string path = folder() + "/fault";
    char name[64];
    int code = 0, left = 0;
    if (std::sscanf(read(path).c_str(), "%63s %d %d", name, &code, &left) < 2 || call != name) {
        return 0;
    }
    if (left > 0) {
        write(path, call + ' ' + std::to_string(code) + ' ' + std::to_string(left - 1));
        return 0;
    }
    return code;
}

bool guarded() {
    for (auto& [at, size] : blocks) {
        for (size_t k = 0; k < GUARD; k++) {
            if (at[k - GUARD] != 'g' || at[size + k] != 'g') {
                std::fprintf(stderr, "emulator: a kernel wrote beside a block of %zu bytes\n", size);
                return false;
            }
        }
    }
    return true;
}

}  // namespace

extern "C" {

int cuInit(unsigned) {
    return fault("cuInit");
}

int cuDriverGetVersion(int* version) {
    *version = EMULATED_CUDA * 1000;
    return 0;
}

int cuDeviceGetCount(int* count) {
    *count = 2;
    return fault("cuDeviceGetCount");
}

int cuDeviceGet(int* device, int ordinal) {
    *device = ordinal;
    return ordinal < 2 ? 0 : 101;
}

int cuDeviceGetName(char* name, int, int device) {
    std::strcpy(name, device == 0 ? "Emulated Card" : "Second Emulated Card");
    return 0;
}

int cuDeviceGetAttribute(int* value, int attribute, int card) {
    // Capability, multiprocessors, and how much slower double precision is: like a card for games, the second.
    *value = attribute == 75 ? 9 : attribute == 16 ? 1 : attribute == 87 ? (card == 0 ? 2 : 64) : 0;
    return 0;
}

int cuDeviceTotalMem_v2(size_t* bytes, int) {
    *bytes = MEMORY;
    return 0;
}

int cuDevicePrimaryCtxRetain(void** made, int) {
    *made = &context;
    return fault("cuDevicePrimaryCtxRetain");
}

int cuDevicePrimaryCtxRelease_v2(int) {
    return 0;
}

int cuCtxSetCurrent(void*) {
    return 0;
}

int cuCtxSynchronize() {
    return fault("cuCtxSynchronize");
}

int cuMemGetInfo_v2(size_t* available, size_t* total) {
    *available = MEMORY - used;
    *total = MEMORY;
    return 0;
}

int cuMemAlloc_v2(unsigned long long* pointer, size_t size) {
    int code = fault("cuMemAlloc");
    if (code != 0 || size > MEMORY - used) {
        return code != 0 ? code : 2;
    }
    char* at = static_cast<char*>(std::malloc(size + 2 * GUARD)) + GUARD;
    std::memset(at - GUARD, 'g', size + 2 * GUARD);
    std::memset(at, 0xff, size);
    blocks[at] = size;
    used += size;
    *pointer = reinterpret_cast<unsigned long long>(at);
    return 0;
}

int cuMemFree_v2(unsigned long long pointer) {
    char* at = reinterpret_cast<char*>(pointer);
    used -= blocks.at(at);
    blocks.erase(at);
    std::free(at - GUARD);
    return 0;
}

int cuMemcpyHtoD_v2(unsigned long long to, const void* from, size_t size) {
    std::memcpy(reinterpret_cast<void*>(to), from, size);
    return fault("cuMemcpyHtoD");
}

int cuMemcpyDtoH_v2(void* to, unsigned long long from, size_t size) {
    std::memcpy(to, reinterpret_cast<void*>(from), size);
    return fault("cuMemcpyDtoH");
}

int cuModuleLoadData(Module** module, const void* image) {
    // As for real machine code, the size is in the image: that of an ELF file ends with its section headers.
    const unsigned char* elf = static_cast<const unsigned char*>(image);
    if (std::memcmp(elf, "\177ELF", 4) != 0) {
        return 200;
    }
    unsigned long long sections;
    unsigned short each, count;
    std::memcpy(&sections, elf + 40, 8);
    std::memcpy(&each, elf + 58, 2);
    std::memcpy(&count, elf + 60, 2);
    std::string base = folder() + "/image-XXXXXX";
    int file = mkstemp(&base[0]);
    bool written = ::write(file, image, sections + each * count) > 0;
    close(file);
    void* library = written ? dlopen(base.c_str(), RTLD_NOW | RTLD_LOCAL) : nullptr;
    std::remove(base.c_str());
    if (library == nullptr || dlsym(library, "emulator_launch") == nullptr) {
        return 200;
    }
    *module = new Module{library};
    return 0;
}

int cuModuleUnload(Module* module) {
    dlclose(module->library);
    delete module;
    return 0;
}

int cuModuleGetFunction(Function** function, Module* module, const char* name) {
    auto has = reinterpret_cast<bool (*)(const char*)>(dlsym(module->library, "emulator_has"));
    if (!has((" " + std::string(name) + " ").c_str())) {
        return 500;
    }
    *function = new Function{module, name};
    return 0;
}

int cuLaunchKernel(Function* function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned,
        void*, void** arguments, void**) {
    if (int code = fault("cuLaunchKernel")) {
        return code;
    }
    if (gx == 0 || gy == 0 || gz == 0 || gy > 65535 || gz > 65535) {
        return 1;
    }
    auto launch = reinterpret_cast<bool (*)(const char*, Dim, Dim, bool, void**)>(
            dlsym(function->module->library, "emulator_launch"));
    std::vector<std::vector<char>> first;
    for (bool descending : {false, true}) {
        if (!launch(function->name.c_str(), {gx, gy, gz}, {bx, by, bz}, descending, arguments) || !guarded()) {
            return 719;
        }
        size_t at = 0;
        for (auto& [block, size] : blocks) {
            if (!descending) {
                first.emplace_back(block, block + size);
            } else if (std::memcmp(first[at++].data(), block, size) != 0) {
                std::fprintf(stderr, "emulator: %s depends on the order of its threads\n", function->name.c_str());
                return 719;
            }
        }
    }
    return 0;
}

int cuEventCreate(void** event, unsigned) {
    *event = &context;
    return 0;
}

int cuEventRecord(void*, void*) {
    return 0;
}

int cuEventSynchronize(void*) {
    return fault("cuEventSynchronize");
}

int cuEventElapsedTime_v2(float* milliseconds, void*, void*) {
    *milliseconds = 1;
    return 0;
}

// NVIDIA's compiler asks the driver for tables of internal functions: one with nothing but its size.
int cuGetExportTable(const void** table, const void*) {
    static const size_t size = sizeof(size_t);
    *table = &size;
    return 0;
}

int cuGetErrorName(int code, const char** name) {
    *name = code == 2 ? "CUDA_ERROR_OUT_OF_MEMORY" : code == 719 ? "CUDA_ERROR_LAUNCH_FAILED"
            : code == 700 ? "CUDA_ERROR_ILLEGAL_ADDRESS" : code == 803 ? "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH"
            : code == 200 ? "CUDA_ERROR_INVALID_IMAGE" : "CUDA_ERROR_UNKNOWN";
    return 0;
}

int cuGetErrorString(int code, const char** text) {
    *text = code == 2 ? "out of memory" : "emulated error";
    return 0;
}

int nvrtcVersion(int* major, int* minor) {
    *major = EMULATED_CUDA;
    *minor = 0;
    return 0;
}

const char* nvrtcGetErrorString(int code) {
    return code == 6 ? "NVRTC_ERROR_COMPILATION" : "NVRTC_ERROR";
}

int nvrtcCreateProgram(Program** program, const char* source, const char*, int, const char* const*, const char* const*) {
    *program = new Program{source, "", ""};
    return 0;
}

int nvrtcCompileProgram(Program* program, int, const char* const*) {
    write(folder() + "/compilations", "1", "ab");
    const std::string mark = "\nKERNEL(";
    const std::string& text = program->source;
    std::string launches, names = " ";
    for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
        size_t from = at + mark.size();
        std::string name = text.substr(from, text.find(')', from) - from);
        // Threads that never wait for each other need not be fibers.
        std::string body = text.substr(at + 1, text.find(mark, at + 1) - at - 1);
        bool waits = body.find("__syncthreads") != std::string::npos;
        launches += "    if (!strcmp(name, \"" + name + "\"))\n        return emulator::run(grid, block, descending, "
                + (waits ? "true" : "false") + ", emulator::start<&" + name + ">, a);\n";
        names += name + " ";
    }
    std::string base = folder() + "/kernels-XXXXXX";
    close(mkstemp(&base[0]));
    write(base + ".cpp",
            text + "\nextern \"C\" bool emulator_launch(const char* name, Dim grid, Dim block, bool descending, void** a) {\n"
                    + launches + "    return false;\n}\nextern \"C\" bool emulator_has(const char* name) {\n    return strstr(\""
                    + names + "\", name);\n}\n");
    std::string line = "g++ -std=c++17 -O1 -U_FORTIFY_SOURCE -fPIC -shared -w -include '" + folder() + "/host.h' -o '" + base + ".so' '" + base
            + ".cpp' > '" + base + ".log' 2>&1";
    int status = std::system(line.c_str());
    program->log = read(base + ".log");
    program->code = read(base + ".so");
    for (const char* suffix : {"", ".cpp", ".so", ".log"}) {
        std::remove((base + suffix).c_str());
    }
    return status == 0 ? 0 : 6;
}

int nvrtcGetProgramLogSize(Program* program, size_t* size) {
    *size = program->log.size() + 1;
    return 0;
}

int nvrtcGetProgramLog(Program* program, char* log) {
    program->log.copy(log, program->log.size());
    log[program->log.size()] = 0;
    return 0;
}

int nvrtcGetCUBINSize(Program* program, size_t* size) {
    *size = program->code.size();
    return 0;
}

int nvrtcGetCUBIN(Program* program, char* code) {
    program->code.copy(code, program->code.size());
    return 0;
}

int nvrtcDestroyProgram(Program** program) {
    delete *program;
    *program = nullptr;
    return 0;
}
}
