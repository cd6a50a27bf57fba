#include <gtest/gtest.h>

#include "base/log.h"

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    lockstep::log::configure(lockstep::log::Level::error, lockstep::log::Format::text);
    return RUN_ALL_TESTS();
}
