#pragma once

#include <cstddef>
#include <functional>

namespace lockstep::sim {

/// A function with a stack of its own that can be left in the middle and entered again. AddressSanitizer and
/// ThreadSanitizer are told of every change of stacks. Stacks are kept for the next one.
/// Threads: one for all contexts of a runtime.
class FiberContext {
public:
    /// `body` must not throw. Nothing runs yet.
    explicit FiberContext(std::function<void()> body);
    /// Requires that it was never entered, or has ended: what lives on its stack would be forgotten.
    ~FiberContext();
    FiberContext(const FiberContext&) = delete;
    FiberContext& operator=(const FiberContext&) = delete;

    /// Runs it until it leaves or ends. Must not be called from within a context.
    void enter();
    /// Goes back to whoever entered; returns when it is entered again. Only from within.
    void leave();
    bool has_begun() const { return begun_; }
    bool has_ended() const { return ended_; }

private:
    struct Stack {
        std::byte* bottom = nullptr;
        std::size_t bytes = 0;
    };
    struct Switching;
    static Stack take_stack();
    static void give_back(Stack stack);
    void jump_out(bool for_good);
    void arrived_inside();

    std::function<void()> body_;
    Stack stack_;
    void* inside_ = nullptr;   // where it goes on
    void* outside_ = nullptr;  // where whoever entered goes on
    bool begun_ = false, ended_ = false;

    // what the sanitizers want to know
    void *fake_stack_inside_ = nullptr, *fake_stack_outside_ = nullptr;
    const void* outer_bottom_ = nullptr;
    std::size_t outer_bytes_ = 0;
    void *thread_inside_ = nullptr, *thread_outside_ = nullptr;
};

}  // namespace lockstep::sim
