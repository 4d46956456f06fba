package org.headwater.backend.cuda.internal;

/** A call of CUDA did not succeed. */
final class CudaException extends Exception {
    private static final long serialVersionUID = 1;

    private final String error;

    /**
     * Of a call.
     *
     * @param error CUDA's name for what went wrong
     */
    CudaException(String call, String error) {
        super(call + ": " + error);
        this.error = error;
    }

    /** Whether the device, or the limit it was given, has too little memory. */
    boolean isOutOfMemory() {
        return error.equals("CUDA_ERROR_OUT_OF_MEMORY");
    }
}
