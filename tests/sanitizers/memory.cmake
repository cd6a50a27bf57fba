# `./run test --memory`: the unit tests once more on libraries that were compiled with AddressSanitizer and
# UndefinedBehaviorSanitizer, in the same build tree. The objects of the tests, and the folders named here, are taken as
# they are: so it costs the product's own libraries once more, without optimisation, and nothing else.
set(LOCKSTEP_MEMORY_PLAIN sandbox cli load CACHE STRING "Folders that ./run test --memory leaves as they are")
set(LOCKSTEP_MEMORY_FLAGS -fsanitize=address,undefined -fno-sanitize=null,alignment,object-size,vptr)

# lockstep_memory_library(<name>): <name>_memory, and <name>_memory_tests where the folder has tests and is not plain.
function(lockstep_memory_library name)
  get_target_property(sources ${name} SOURCES)
  get_property(links GLOBAL PROPERTY LOCKSTEP_LINK_${name})
  list(TRANSFORM links REPLACE "^(.+)$" "$<IF:$<TARGET_EXISTS:\\1_memory>,\\1_memory,\\1>")
  if(name IN_LIST LOCKSTEP_MEMORY_PLAIN)
    add_library(${name}_memory STATIC EXCLUDE_FROM_ALL $<TARGET_OBJECTS:${name}>)
  else()
    add_library(${name}_memory STATIC EXCLUDE_FROM_ALL ${sources})
    target_compile_options(${name}_memory PRIVATE -O0 ${LOCKSTEP_MEMORY_FLAGS})
    lockstep_precompile(${name}_memory base_memory ${PROJECT_SOURCE_DIR}/src/base/precompiled.h)
  endif()
  set_target_properties(${name}_memory PROPERTIES LINKER_LANGUAGE CXX)
  target_include_directories(${name}_memory PUBLIC $<TARGET_PROPERTY:${name},INTERFACE_INCLUDE_DIRECTORIES>)
  target_link_libraries(${name}_memory PUBLIC ${links} fmt::fmt Threads::Threads)
  if(NOT TARGET ${name}_tests OR name IN_LIST LOCKSTEP_MEMORY_PLAIN)
    return()
  endif()
  add_executable(${name}_memory_tests EXCLUDE_FROM_ALL $<TARGET_OBJECTS:${name}_tests> $<TARGET_OBJECTS:lockstep_test_main>)
  set_target_properties(${name}_memory_tests PROPERTIES LINKER_LANGUAGE CXX)
  target_link_libraries(${name}_memory_tests PRIVATE ${name}_memory GTest::gtest ${RAPIDCHECK_LIBRARY})
  target_link_options(${name}_memory_tests PRIVATE -fsanitize=address,undefined)
  # `ctest` alone knows nothing of them: they are built only when they are asked for.
  add_test(NAME ${name}_memory CONFIGURATIONS Memory COMMAND ${name}_memory_tests WORKING_DIRECTORY ${PROJECT_BINARY_DIR})
  set_tests_properties(${name}_memory PROPERTIES LABELS memory TIMEOUT 1800)
  add_dependencies(memory_tests ${name}_memory_tests)
endfunction()

add_custom_target(memory_tests)
get_property(libraries GLOBAL PROPERTY LOCKSTEP_LIBRARIES)
foreach(library ${libraries})
  lockstep_memory_library(${library})
endforeach()
